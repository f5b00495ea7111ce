"""Output files are whole or absent, and never stand in the place of something that was read."""

import os
import stat

import pytest

from registry.errors import Unavailable
from registry.output_files import OutputWouldOverwrite, require_distinct, write_whole


def test_a_file_is_written_with_its_folders(tmp_path):
    path = tmp_path / "a" / "b" / "x.json"

    write_whole(path, b"{}")

    assert path.read_bytes() == b"{}"
    assert [each.name for each in path.parent.iterdir()] == ["x.json"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_file_is_replaced_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(b"old")
    path.chmod(0o600)

    write_whole(path, b"new")

    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_stays_a_link(tmp_path):
    path, link = tmp_path / "x.json", tmp_path / "link.json"
    path.write_bytes(b"old")
    link.symlink_to(path)

    write_whole(link, b"new")

    assert link.is_symlink()
    assert path.read_bytes() == b"new"


def test_a_folder_is_not_overwritten_and_nothing_is_left_beside_it(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()

    with pytest.raises(Unavailable, match=r"folder cannot be written: Is a directory"):
        write_whole(folder, b"x")

    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_a_file_where_a_folder_is_needed_is_said(tmp_path):
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(Unavailable, match="cannot be written"):
        write_whole(tmp_path / "file" / "x.json", b"x")


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, b"x")

        assert os.read(reading, 10) == b"x"
    finally:
        os.close(reading)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("other", ["r.csv", "./r.csv", "sub/../r.csv", "link.csv"])
def test_an_output_may_not_be_an_input(tmp_path, monkeypatch, other):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    path = tmp_path / "r.csv"
    path.write_bytes(b"")
    (tmp_path / "link.csv").symlink_to(path)

    with pytest.raises(OutputWouldOverwrite, match=r"--out .* is also the file of --reports"):
        require_distinct([("--reports", path)], [("--out", tmp_path / other)])


def test_two_outputs_may_not_be_one_file(tmp_path):
    with pytest.raises(OutputWouldOverwrite, match=r"--chart .* --out"):
        require_distinct([], [("--out", tmp_path / "x"), ("--chart", tmp_path / "x")])


def test_the_same_input_may_be_named_twice(tmp_path):
    require_distinct([("--reports", tmp_path / "x"), ("--spot-checks", tmp_path / "x")], [("--out", tmp_path / "y")])

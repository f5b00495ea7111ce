"""The group of commands about evaluators, composed of the commands of its files."""

import typer

from registry.evaluators.dossier_cli import apply, show
from registry.evaluators.qualification_cli import history, status
from registry.evaluators.register_cli import export_register, import_register

evaluators = typer.Typer(
    name="evaluators",
    help="Evaluators: dossiers, history, status on a day, import and export.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
evaluators.command()(apply)
evaluators.command()(show)
evaluators.command()(status)
evaluators.command()(history)
evaluators.command("import")(import_register)
evaluators.command("export")(export_register)

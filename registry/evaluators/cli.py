"""The groups of commands about evaluators and vetting, composed of the commands of their files."""

import typer

from registry.evaluators import deciding_cli as deciding
from registry.evaluators import entity_cli as entities
from registry.evaluators import judgement_cli as judging
from registry.evaluators.dossier_cli import apply, find, show
from registry.evaluators.qualification_cli import history, status, vetting
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
evaluators.command()(find)
evaluators.command()(status)
evaluators.command()(history)
evaluators.command("import")(import_register)
evaluators.command("export")(export_register)

vetting.command("open")(deciding.open_application)
vetting.command("step")(deciding.take_step)
vetting.command("facts")(deciding.establish_facts)
vetting.command("verdict")(deciding.decide_application)
vetting.command("decide")(deciding.decide)
vetting.command("hand-in")(deciding.hand_in)
vetting.command("plan")(deciding.plan_surveillance)
vetting.command("finish")(deciding.finish_surveillance)
vetting.command("finding")(deciding.treat_finding)
vetting.command("appeal")(deciding.file_appeal)
vetting.command("decide-appeal")(deciding.decide_appeal)
vetting.command("names")(judging.list_names)
vetting.command("judge-name")(judging.judge_name)
vetting.command("successions")(judging.list_successions)
vetting.command("judge-succession")(judging.judge_succession)
vetting.command("entity")(entities.record_entity_event)
vetting.command("rights")(entities.list_rights)
vetting.command("decide-right")(entities.decide_right)
vetting.command("certificate")(entities.record_certificate_event)
vetting.command("certificates")(entities.list_certificates)

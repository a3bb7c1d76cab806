"""`flask --app run audit …`: prove the trail, and sign what it looks like now.

Exit codes: 0 the trail is intact, 1 it is broken, 2 the command could not run.
"""

import sys
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from app.audit.checkpoint import CheckpointError
from app.audit.keys import instance_folder, public_key_text
from app.audit.verify import CHECKPOINT_FOLDER, checkpoint, verify

INTACT, BROKEN, COULD_NOT_RUN = 0, 1, 2
_FAILURES = (CheckpointError, SQLAlchemyError, OSError, ValueError)

audit = AppGroup("audit", help="Prove the audit trail, or sign a checkpoint of it.")


@audit.command("verify")
@click.option(
    "--since", type=click.IntRange(min=1), help="Number of the first entry to check; all by default."
)
@click.option(
    "--checkpoint",
    "checkpoint_file",
    type=click.Path(path_type=Path),
    help="A checkpoint file or a folder of them; those of this instance by default.",
)
@click.option(
    "--public-key", help="Whose checkpoints to believe (64 hexadecimal digits); this instance's by default."
)
def verify_command(since: int | None, checkpoint_file: Path | None, public_key: str | None) -> None:
    """Compute the whole chain anew; name the first entry that was changed, removed, inserted or swapped."""
    try:
        own = instance_folder() / CHECKPOINT_FOLDER
        if checkpoint_file is None and any(own.glob("*.json")):
            checkpoint_file = own
        proof = verify(since, checkpoint_file, public_key=public_key)
    except _FAILURES as error:
        _give_up(error)
    compared = (
        f"{proof.checkpoints} checkpoints compared" if proof.checkpoints else "no checkpoint to compare with"
    )
    if proof.finding is None:
        click.echo(f"INTACT: {proof.entries} entries verified, {compared}.")
        click.echo(f"Last entry {proof.size}, hash {proof.head}")
        sys.exit(INTACT)
    click.echo(f"BROKEN at entry {proof.finding.seq} ({proof.finding.damage}): {proof.finding.text}.")
    click.echo(f"Intact before it: {proof.entries} entries.")
    sys.exit(BROKEN)


@audit.command("checkpoint")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to write; the instance by default.",
)
def checkpoint_command(folder: Path | None) -> None:
    """Write a signed checkpoint. Keep a copy where nobody who owns the database can reach it."""
    try:
        path = checkpoint(folder)
        public_key = public_key_text(instance_folder())
    except _FAILURES as error:
        _give_up(error)
    click.echo(f"Checkpoint written: {path}")
    click.echo(f"Public key of this instance: {public_key}")


def _give_up(error: Exception) -> NoReturn:
    click.echo(f"Could not run: {str(error).splitlines()[0]}", err=True)
    sys.exit(COULD_NOT_RUN)

"""The nightly, or asked-for, proof of the audit trail as a background job (R015)."""

import logging
from typing import Any

from app.audit.keys import instance_folder
from app.audit.verify import CHECKPOINT_FOLDER, verify
from app.core.db import db
from app.core.i18n import lazy_gettext as _l
from app.jobs.registry import JobContext, job

KIND = "audit-verify"

_log = logging.getLogger(__name__)


@job(KIND, label=_l("Check the audit trail"), restartable=True, is_read_only=True, is_nightly=True)
def check_trail(_context: JobContext) -> dict[str, Any]:
    """Compute the whole chain anew, compare it with this instance's checkpoints, and tell the outcome.

    Returns:
        `entries` verified, `size` and `head` of the chain, `checkpoints` compared, and `finding`: one
        sentence about the first damage, or None; `seq` is its entry.
    """
    folder = instance_folder() / CHECKPOINT_FOLDER
    proof = verify(
        checkpoint_file=folder if any(folder.glob("*.json")) else None, bind=db.session().get_bind()
    )
    if proof.finding is not None:
        _log.critical("the audit trail is broken at entry %d: %s", proof.finding.seq, proof.finding.text)
    return {
        "entries": proof.entries,
        "size": proof.size,
        "head": proof.head,
        "checkpoints": proof.checkpoints,
        "seq": proof.finding.seq if proof.finding else None,
        "finding": proof.finding.text if proof.finding else None,
    }

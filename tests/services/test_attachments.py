"""Files of records: told by their content, kept once, in versions, frozen with their record (R016, R106)."""

import io
import os
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor, acting_as
from app.core.errors import NotFound, WrongState
from app.services import attachments
from app.services.file_types import TYPES
from app.storage import FileStore, attachment_store
from models.attachments import Attachment
from models.audit import AuditEvent
from models.plans import MarketingPlan
from tests.factories.org import make_employee
from tests.factories.plans import make_plan
from tests.services.expect import refused

PDF = b"%PDF-1.7\n%rest"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 16


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """An empty store."""
    return attachment_store((tmp_path / "store").as_uri())


def archive(*names: str) -> bytes:
    """Return a zip file with these members."""
    content = io.BytesIO()
    with ZipFile(content, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return content.getvalue()


@pytest.fixture
def plan(session: Session) -> MarketingPlan:
    """A draft."""
    return make_plan(session, make_employee(session, "li"))


@pytest.fixture
def actor(plan: MarketingPlan) -> Actor:
    """Its owner."""
    owner = plan.owner
    return Actor(user_id=owner.user_id, name=owner.name, employee_id=owner.id)


def put(actor: Actor, store: FileStore, plan: MarketingPlan, name: str, content: bytes) -> Attachment:
    with acting_as(actor):
        return attachments.attach(
            actor, store=store, record=plan, file_name=name, content=io.BytesIO(content)
        )


GOOD = {
    "a.pdf": PDF,
    "a.PNG": PNG,
    "a.jpeg": b"\xff\xd8\xff\xe0rest",
    "a.gif": b"GIF89a....",
    "a.webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "a.xlsx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "a.docx": archive("[Content_Types].xml", "word/document.xml"),
    "a.pptx": archive("[Content_Types].xml", "ppt/presentation.xml"),
    "a.zip": archive("readme.txt"),
    "a.csv": "名称,金额\n春季,12\n".encode(),
    "旧表.csv": "名称,金额\n春季,12\n".encode("gb18030"),
    "a.txt": b"plain",
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_allowed_is_kept_under_its_digest(
    actor: Actor, store: FileStore, plan: MarketingPlan, name: str
) -> None:
    made = put(actor, store, plan, name, GOOD[name])
    assert made.media_type == TYPES[name.rpartition(".")[2].lower()]
    assert store.path_of(made.sha256).read_bytes() == GOOD[name]
    assert store.is_whole(made.sha256)
    assert made.size_bytes == len(GOOD[name])


BAD = {
    "page.html": b"<html><script>alert(1)</script>",
    "picture.png": b"<html><script>alert(1)</script>",
    "drawing.svg": b"<svg onload='alert(1)'/>",
    "program.exe": b"MZ\x90\x00\x03",
    "really.pdf": b"MZ\x90\x00\x03",
    "late.pdf": b"<html>%PDF-1.7",
    "macro.xlsx": archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"),
    "other.docx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "broken.zip": b"PK\x03\x04nonsense",
    "binary.txt": b"a\x00b",
    "noending": b"plain",
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_allowed_is_refused_and_leaves_nothing(
    actor: Actor, store: FileStore, plan: MarketingPlan, name: str
) -> None:
    with refused("file-type"):
        put(actor, store, plan, name, BAD[name])
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


def test_size_and_name_have_bounds(
    actor: Actor, store: FileStore, plan: MarketingPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MOST_BYTES", 20)
    with refused("file-too-large"):
        put(actor, store, plan, "a.txt", b"x" * 21)
    with refused("file-empty"):
        put(actor, store, plan, "a.txt", b"")
    with refused("file-name"):
        put(actor, store, plan, "../..", b"x")
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []
    assert put(actor, store, plan, "a.txt", b"x" * 20).version_no == 1
    assert put(actor, store, plan, "../../etc/C:\\x\\b\u202e.txt", b"x").file_name == "b.txt"
    assert len(put(actor, store, plan, "名" * 300 + ".txt", b"y").file_name) == 200


def test_the_same_name_is_the_next_version_and_the_same_content_is_nothing_new(
    actor: Actor, store: FileStore, plan: MarketingPlan
) -> None:
    first = put(actor, store, plan, "offer.pdf", PDF)
    assert put(actor, store, plan, "offer.pdf", PDF) is first
    second = put(actor, store, plan, "offer.pdf", PDF + b"2")
    put(actor, store, plan, "other.pdf", PDF)
    assert second.version_no == 2
    (offer, other) = attachments.files_of(plan)
    assert (offer.newest, offer.earlier, other.earlier) == (second, (first,), ())
    assert store.path_of(first.sha256).read_bytes() == PDF
    attachments.remove(actor, record=plan, attachment_id=second.id)
    assert [item.newest.file_name for item in attachments.files_of(plan)] == ["other.pdf"]
    with pytest.raises(NotFound):
        attachments.find(record=plan, attachment_id=first.id)
    assert put(actor, store, plan, "offer.pdf", PDF).version_no == 3  # no number is given twice


def test_a_frozen_record_keeps_its_files(
    actor: Actor, store: FileStore, plan: MarketingPlan, session: Session
) -> None:
    made = put(actor, store, plan, "offer.pdf", PDF)
    session.commit()
    plan.status = "in_review"
    with session.no_autoflush:
        with pytest.raises(WrongState):
            put(actor, store, plan, "late.pdf", PDF)
        with pytest.raises(WrongState):
            attachments.remove(actor, record=plan, attachment_id=made.id)
    session.rollback()
    with pytest.raises(NotFound):
        attachments.find(record=make_plan(session, plan.owner, quarter=3), attachment_id=made.id)


def test_attaching_and_removing_stand_in_the_trail(
    actor: Actor, store: FileStore, plan: MarketingPlan, session: Session
) -> None:
    made = put(actor, store, plan, "offer.pdf", PDF)
    session.commit()
    attachments.remove(actor, record=plan, attachment_id=made.id)
    session.commit()
    entries = session.scalars(
        select(AuditEvent)
        .filter_by(record_type="attachment", record_id=str(made.id))
        .order_by(AuditEvent.seq)
    ).all()
    assert [entry.action for entry in entries] == ["create", "delete"]
    assert entries[0].changes["sha256"] == [None, made.sha256]


def test_the_store_travels_in_a_backup_and_finds_what_was_altered(store: FileStore, tmp_path: Path) -> None:
    drafts = [store.receive(io.BytesIO(content), most=100) for content in (b"one", b"two")]
    for draft in drafts:
        store.keep(draft)
    assert store.pack(tmp_path / "files.tar") == 2
    other = FileStore(tmp_path / "other")
    assert other.unpack(tmp_path / "files.tar") == 2
    assert all(other.is_whole(draft.sha256) for draft in drafts)
    other.path_of(drafts[0].sha256).write_bytes(b"0ne")
    assert not other.is_whole(drafts[0].sha256)
    with tarfile.open(tmp_path / "bad.tar", "w") as bad:
        member = tarfile.TarInfo("0" * 64)
        member.size = 3
        bad.addfile(member, io.BytesIO(b"bad"))
    with pytest.raises(ValueError, match="0000"):
        FileStore(tmp_path / "third").unpack(tmp_path / "bad.tar")


def test_no_name_leads_out_of_the_store(store: FileStore) -> None:
    for text in ("../../etc/passwd", "A" * 64, "0" * 63, ""):
        with pytest.raises(ValueError):  # noqa: PT011  the text itself is the message
            store.path_of(text)


def test_the_sweeper_takes_only_what_nobody_names_for_a_day(store: FileStore) -> None:
    kept, orphan, fresh = (store.receive(io.BytesIO(text), most=9) for text in (b"kept", b"lost", b"new"))
    for draft in (kept, orphan, fresh):
        store.keep(draft)
    for draft in (kept, orphan):
        os.utime(store.path_of(draft.sha256), (0, 0))
    assert store.sweep({kept.sha256}) == 1
    assert [store.is_whole(draft.sha256) for draft in (kept, orphan, fresh)] == [True, False, True]

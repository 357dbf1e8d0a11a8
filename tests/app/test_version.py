"""Which program this is, as far as it can tell."""

from pathlib import Path

from app.version import _checkout_commit, code_digest, commit

HASH = "0123456789abcdef0123456789abcdef01234567"


def made_checkout(root: Path, head: str) -> Path:
    folder = root / ".git"
    folder.mkdir()
    (folder / "HEAD").write_text(head)
    return folder


def test_the_commit_of_a_checkout_is_that_of_its_branch(tmp_path: Path) -> None:
    folder = made_checkout(tmp_path, "ref: refs/heads/main\n")
    assert _checkout_commit(tmp_path) is None
    (folder / "packed-refs").write_text(f"# pack-refs\n{HASH} refs/heads/main\n")
    assert _checkout_commit(tmp_path) == HASH
    (folder / "refs/heads").mkdir(parents=True)
    (folder / "refs/heads/main").write_text("f" * 40 + "\n")
    assert _checkout_commit(tmp_path) == "f" * 40


def test_the_commit_of_a_detached_checkout_and_of_a_further_worktree(tmp_path: Path) -> None:
    folder = made_checkout(tmp_path, HASH)
    assert _checkout_commit(tmp_path) == HASH
    further, own = tmp_path / "further", folder / "worktrees/further"
    further.mkdir()
    own.mkdir(parents=True)
    (further / ".git").write_text(f"gitdir: {own}\n")
    (own / "HEAD").write_text("ref: refs/heads/b\n")
    (own / "commondir").write_text("../..\n")
    (folder / "refs/heads").mkdir(parents=True)
    (folder / "refs/heads/b").write_text("e" * 40)
    assert _checkout_commit(further) == "e" * 40


def test_what_is_no_commit_is_none(tmp_path: Path) -> None:
    assert _checkout_commit(tmp_path) is None
    made_checkout(tmp_path, "ref: refs/heads/main")
    (tmp_path / ".git/packed-refs").write_text("no hash refs/heads/main")
    assert _checkout_commit(tmp_path) is None


def test_the_code_has_one_digest() -> None:
    assert len(code_digest()) == 64
    assert code_digest() == code_digest()
    assert commit() is None or len(commit() or "") in (40, 64)

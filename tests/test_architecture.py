"""Who may import whom: the floors of the house, and the doors to the world outside."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Container, Iterator
from fnmatch import fnmatch
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in ("app", "hashing")
    for path in (ROOT / package).rglob("*.py")
)

# Each outside thing has few doors: the module, and the files that may import it.
DOORS = {
    "av": ("hashing/*.py", "app/metadata/readers/container.py"),
    "c2pa": ("app/metadata/readers/c2pa.py",),
    "certifi": ("app/fetch/*.py",),
    "ctypes": ("app/sandbox/*.py",),
    "cryptography": ("app/bag/signing_key.py",),
    "babel": ("app/messages/catalogue.py",),
    "exifread": ("app/metadata/readers/exif.py",),
    "faiss": ("app/library/*index.py",),
    "fastapi": ("app/api/*.py",),
    "fluent": ("app/messages/catalogue.py",),
    "h11": ("app/fetch/http_headers.py",),
    "idna": ("app/network/url_parsing.py",),
    "imagehash": ("hashing/describe/perceptual_hashes.py",),
    "jinja2": ("app/report/html*.py",),
    "multiprocessing": (),
    "onnxruntime": ("hashing/describe/sscd.py", "hashing/faces.py"),
    "pickle": (),
    "pydantic": ("app/api/schemas/*.py", "app/settings.py", "app/cli/options.py"),
    "pydantic_settings": ("app/settings.py",),
    "requests": (),
    "rich": ("app/progress.py", "app/cli/progress_bars.py", "app/report/terminal.py"),
    "scipy": ("hashing/imaging/connected_components.py",),
    "socket": (
        "app/sandbox/*.py",
        "app/fetch/egress_proxy.py",
        "app/fetch/extractor*.py",
        "app/api/free_port.py",
    ),
    "ssl": ("app/fetch/download.py",),
    "sqlalchemy": ("app/database/*.py", "app/library/*.py", "app/store/*.py", "app/jobs/*.py"),
    "sqlite3": ("app/database/*.py",),
    "starlette": ("app/api/*.py",),
    "subprocess": (
        "app/sandbox/*.py",
        "app/fetch/extractor.py",
        "app/jobs/worker_process.py",
        "app/printing/chromium.py",
    ),
    "typer": ("app/cli/*.py",),
    "urllib": ("app/network/url_parsing.py",),  # urllib.parse: texts, no requests
    "urllib3": ("app/fetch/download.py",),
    "uvicorn": ("app/api/app.py",),
    "yt_dlp": ("app/fetch/extractor_process.py",),
}

# The floors of the house, from the top down: a room imports only rooms that stand after it.
LAYERS = (
    "app.__main__",
    "app.cli",
    "app.api",
    "app.jobs",
    "app.verify",
    "app.pipeline",
    "app.imports",
    "app.bag",
    "app.error_codes",
    "app.store",
    "app.fetch",
    "app.printing",
    "app.report",
    "app.settings",
    "app.verdict",
    "app.sandbox",
    "app.network",
    "app.evidence",
    "app.metadata",
    "app.library",
    "app.intake",
    "app.database",
    "app.errors",
    "app.messages",
    "app.text",
    "app.dates",
    "app.progress",
    "app.version",
    "hashing.compare",
    "hashing.explain",
    "hashing.decide",
    "hashing.retiming",
    "hashing.pan_zoom",
    "hashing.align",
    "hashing.similarity",
    "hashing.describe",
    "hashing.search",
    "hashing.audio",
    "hashing.imaging",
    "hashing.decode",
    "hashing.faces",
    "hashing.concurrency",
    "hashing.types",
    "hashing.edit_types",
    "hashing.errors",
    "hashing.message",
)

# What the left may not import beside what the layers forbid.
FORBIDDEN = {
    "app/*": ("tests", "benchmarks", "samples"),
    "hashing/*": ("tests", "benchmarks"),
    # the surfaces parse, call and render: no science, no arithmetic over arrays
    "app/cli/*": ("hashing.types", "hashing.describe", "hashing.decode", "numpy"),
    "app/api/*": ("hashing.describe", "hashing.decode", "numpy"),
    # judging, wording and rendering are pure: they take records and give records or text
    "app/verdict/*": ("app.library.library", "os"),
    "app/dates.py": ("os",),
    "app/report/*": ("app.library.library", "os"),
    # which addresses and links are refused is decided by texts alone
    "app/network/*": ("os", "socket"),
}

# One name in several rooms, where the room says which: `errors` and `types` hold what their room's
# other files share, `schema` its tables.
SHARED_NAMES = {"errors", "types", "schema"}
# rooms with a file for each resource of the service, of the resource's name
RESOURCE_ROOMS = ("app/api/routes", "app/api/schemas", "app/store", "app/api", "app/library")

# Rooms of hashing whose modules do not say yet, in `__all__`, what other rooms may import.
# The list only shrinks; records and errors are public as they stand.
WITHOUT_ALL = {"hashing.explain", "hashing.decode", "hashing.faces"}
ALL_PUBLIC = {"hashing.types", "hashing.errors", "hashing.edit_types", "hashing.message"}

MAY_CATCH_EVERYTHING = {
    "app/__main__.py",
    "app/sandbox/child/answer_loop.py",
    "app/store/retention.py",  # and of its threads, which no single round may end
    "app/jobs/supervisor.py",
    "app/jobs/worker.py",
}  # the top of each process
MAY_READ_ENVIRONMENT = {"app/settings.py"}

# Written in pieces, so that this file does not hold what it looks for.
UNWANTED = re.compile(
    "|".join(
        (
            "py" + r"pi\.org",
            "python" + "hosted",
            r"registry\.npm" + "js",
            r"deb\.de" + "bian",
            "/ro" + "ot/",
            "/wo" + "rk/",
            "/opt/" + "py" + "pi",
        )
    )
)


@cache
def parsed(source: str) -> ast.Module:
    return ast.parse((ROOT / source).read_text(), source)


@cache
def imports(source: str) -> tuple[tuple[int, str], ...]:
    """(line, module) of every import, those within functions too; `from a import b` gives a.b."""
    return tuple(_imports(source))


def _imports(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}:{node.lineno} imports relative to itself"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def tracked() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("module", DOORS)
def test_each_outside_thing_is_reached_by_its_doors_alone(module: str) -> None:
    strangers = [
        f"{source}:{line}"
        for source in SOURCES
        for line, imported in imports(source)
        if is_within(imported, module) and not any(fnmatch(source, d) for d in DOORS[module])
    ]
    assert strangers == []


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_room_imports_what_it_may_not(pattern: str) -> None:
    backward = [
        f"{source}:{line} imports {imported}"
        for source in SOURCES
        if fnmatch(source, pattern)
        for line, imported in imports(source)
        if any(is_within(imported, package) for package in FORBIDDEN[pattern])
    ]
    assert backward == []


def room_of(module: str) -> str:
    """The room or file of LAYERS that a module belongs to."""
    return ".".join(module.split(".")[:2])


def module_of(source: str) -> str:
    return source.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def test_every_room_has_its_floor() -> None:
    rooms = {room_of(module_of(source)) for source in SOURCES} - {"app", "hashing"}
    assert rooms <= set(LAYERS)


def test_no_arrow_runs_up() -> None:
    up = [
        f"{source}:{line} imports {imported}"
        for source in SOURCES
        for line, imported in imports(source)
        if room_of(imported) in LAYERS and room_of(module_of(source)) in LAYERS
        if LAYERS.index(room_of(imported)) < LAYERS.index(room_of(module_of(source)))
    ]
    assert up == []


def test_no_files_import_each_other_in_a_circle() -> None:
    modules = {module_of(source): source for source in SOURCES}
    graph = {
        module: {nearest for _, name in imports(source) if (nearest := _nearest(name, modules))}
        for module, source in modules.items()
    }
    for module in graph:
        graph[module].discard(module)
    tuple(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


def _nearest(imported: str, modules: Container[str]) -> str | None:
    """The module that an imported name is, or stands in."""
    while imported and imported not in modules:
        imported = imported.rpartition(".")[0]
    return imported or None


def test_sibling_rooms_of_a_package_do_not_import_each_other_in_a_circle() -> None:
    """A room and the package around it are one household; two rooms side by side are not."""
    graph: dict[str, set[str]] = {}
    for source in SOURCES:
        here = PurePosixPath(source).parent
        for _, imported in imports(source):
            target = _folder_of(imported)
            if target is None or target.is_relative_to(here) or here.is_relative_to(target):
                continue
            common = max(p for p in here.parents if target.is_relative_to(p))
            mine, other = (common / p.relative_to(common).parts[0] for p in (here, target))
            graph.setdefault(str(mine), set()).add(str(other))
    tuple(TopologicalSorter(graph).static_order())


def _folder_of(imported: str) -> PurePosixPath | None:
    module = _nearest(imported, {module_of(source) for source in SOURCES})
    if module is None:
        return None
    path = PurePosixPath(module.replace(".", "/"))
    return path if (ROOT / path).is_dir() else path.parent


def test_a_file_is_found_by_its_name_alone() -> None:
    """No two modules of one name, but where the room's name says which resource's side it is."""
    names: dict[str, list[str]] = {}
    for source in SOURCES:
        if not source.endswith(("__init__.py", "__main__.py")):
            names.setdefault(PurePosixPath(source).stem, []).append(source)
    twins = {
        name: paths
        for name, paths in names.items()
        if len(paths) > 1
        and name not in SHARED_NAMES
        and not all(str(PurePosixPath(path).parent) in RESOURCE_ROOMS for path in paths)
    }
    assert twins == {}


def public_names(source: str) -> set[str] | None:
    """What a module's `__all__` lists; None where it has none."""
    for node in parsed(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return None


def crossings() -> Iterator[tuple[str, str, str]]:
    """(where, module, name) of each name that a room imports from another room of hashing."""
    modules = {module_of(source): source for source in SOURCES}
    for source in SOURCES:
        for line, imported in imports(source):
            module, _, name = imported.rpartition(".")
            known = imported not in modules and module in modules and is_within(module, "hashing")
            if known and room_of(module) != room_of(module_of(source)):
                yield f"{source}:{line}", module, name


def test_a_room_of_hashing_says_what_others_may_import() -> None:
    sources = {module_of(source): source for source in SOURCES}
    strangers = [
        f"{where} imports {name} from {module}, which does not list it in __all__"
        for where, module, name in crossings()
        if room_of(module) not in WITHOUT_ALL | ALL_PUBLIC
        and name not in (public_names(sources[module]) or ())
    ]
    assert strangers == []


def test_what_is_listed_as_public_exists() -> None:
    missing = [
        f"{source} lists {name}"
        for source in SOURCES
        for name in public_names(source) or ()
        if not hasattr(import_module(module_of(source)), name)
    ]
    assert missing == []


BOOLEAN = re.compile(r"(Annotated\[)?bool( \| None)?(, .*\])?", re.DOTALL)


@cache
def boolean_aliases(source: str) -> frozenset[str]:
    """Names that a module gives to boolean types: `AsJson = Annotated[bool, ...]`."""
    return frozenset(
        ast.unparse(node.targets[0])
        for node in parsed(source).body
        if isinstance(node, ast.Assign) and BOOLEAN.fullmatch(ast.unparse(node.value))
    )


def positional_booleans(source: str) -> Iterator[str]:
    """`name(parameter)` of functions that take a boolean by position."""
    sources = {module_of(source): source for source in SOURCES}
    booleans = set(boolean_aliases(source))
    for _, imported in imports(source):
        module, _, name = imported.rpartition(".")
        if module in sources and name in boolean_aliases(sources[module]):
            booleans.add(name)
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = node.args.posonlyargs + node.args.args
            without = len(arguments) - len(node.args.defaults)
            for at, argument in enumerate(arguments):
                kind = ast.unparse(argument.annotation) if argument.annotation else ""
                default = ast.unparse(node.args.defaults[at - without]) if at >= without else ""
                if BOOLEAN.fullmatch(kind) or kind in booleans or default in {"True", "False"}:
                    yield f"{source}:{node.lineno} {node.name}({argument.arg})"


def test_booleans_are_given_by_name() -> None:
    """`load(clip, True)` says nothing; `load(clip, with_preview=True)` does."""
    assert [call for source in SOURCES for call in positional_booleans(source)] == []


def test_no_library_code_prints() -> None:
    prints = [
        f"{source}:{node.lineno}"
        for source in SOURCES
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "breakpoint", "input"}
    ]
    assert prints == []


def test_only_the_top_of_a_process_catches_everything() -> None:
    """Elsewhere a broad handler may clean up, and must raise again."""
    swallowed = [
        f"{source}:{node.lineno}"
        for source in SOURCES
        if source not in MAY_CATCH_EVERYTHING
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and not isinstance(node.body[-1], ast.Raise)
    ]
    assert swallowed == []


# what a library's exception says of itself, in words that nobody here chose
WORDS_OF_AN_ERROR = frozenset(
    ("args", "strerror", "reason", "msg", "message", "stderr", "output", "detail", "log")
)
MAY_USE_FOREIGN_WORDS = {
    "app/messages/catalogue.py",  # faults of the catalogue, for who writes it
    "app/metadata/readers/c2pa.py",  # searched for a word, never shown
    "app/sandbox/codec.py",  # a CodecError is logged by its class, and its words are for tests
}


def test_no_text_has_the_words_of_a_foreign_exception() -> None:
    """They may hold anything: a path, an address, a piece of a stranger's file."""
    formatted = [
        f"{source}:{line}"
        for source in SOURCES
        if source not in MAY_USE_FOREIGN_WORDS
        for line in foreign_words(parsed(source), own_names(source))
    ]
    assert formatted == []


@pytest.mark.parametrize(
    "use",
    [
        "str(error)",
        "repr(error)",
        "f'{error}'",
        "f'{error!r}'",
        "f'{error.strerror}'",
        "error.args[0]",
        "'%s' % error",
        "'{}'.format(error)",
        "Message('id', {'reason': error.reason})",
    ],
)
def test_every_way_to_the_words_of_an_exception_is_seen(use: str) -> None:
    kinds = {"OSError": 1, "(OSError, ValueError)": 1, "FAULTS": 1, "errors.Own": 0, "Own": 0}
    for kind, count in kinds.items():
        tree = ast.parse(f"try: pass\nexcept {kind} as error:\n    x = {use}\n")
        own = frozenset(("Own", "errors", "FAULTS"))
        assert len(set(foreign_words(tree, own))) == count, kind


def own_names(source: str) -> frozenset[str]:
    """Names of a module that are of the project: classes of its own, and what it imports."""
    tree = parsed(source)
    classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in {"app", "hashing"}
        for alias in node.names
    }
    return frozenset(classes | imported)


def foreign_words(tree: ast.AST, own: frozenset[str]) -> Iterator[int]:
    """Lines at which a handler of another's exceptions uses their words."""
    for handler in ast.walk(tree):
        if isinstance(handler, ast.ExceptHandler) and handler.name and handler.type is not None:
            kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            if not all(_is_own(kind, own) for kind in kinds):
                for statement in handler.body:
                    yield from _words_of(statement, handler.name)


def _is_own(kind: ast.expr, own: frozenset[str]) -> bool:
    """Whether an exception's class is the project's. A tuple by name may hold any."""
    name = ast.unparse(kind)
    return name.split(".")[0] in own and not name.split(".")[-1].isupper()


def _words_of(statement: ast.stmt, error: str) -> Iterator[int]:
    def is_error(node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id == error

    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and node.attr in WORDS_OF_AN_ERROR:
            if is_error(node.value):
                yield node.lineno
        elif isinstance(node, ast.FormattedValue | ast.BinOp):
            if is_error(node.value if isinstance(node, ast.FormattedValue) else node.right):
                yield node.lineno
        elif isinstance(node, ast.Call) and any(map(is_error, node.args)):
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            called = node.func.attr if isinstance(node.func, ast.Attribute) else called
            if called in {"str", "repr", "format", "print"}:
                yield node.lineno


def test_only_settings_reads_the_environment() -> None:
    readers = [
        f"{source}:{node.lineno}"
        for source in SOURCES
        if source not in MAY_READ_ENVIRONMENT
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv", "environb"}
        and not _is_cleared(source, node)
    ]
    assert readers == []


def _is_cleared(source: str, environ: ast.Attribute) -> bool:
    """The sandbox empties its child's environment, which reads nothing."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == "clear" and node.value is environ
        for node in ast.walk(parsed(source))
    )


def test_every_module_says_what_it_is() -> None:
    silent = [
        s for s in SOURCES if (ROOT / s).read_text().strip() and not ast.get_docstring(parsed(s))
    ]
    assert silent == []


def test_no_tracked_file_names_an_index_or_a_path_of_one_machine() -> None:
    unwanted = []
    for path in tracked():
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            if len(line) < 2000 and UNWANTED.search(line.decode("latin-1")):
                unwanted.append(f"{path.relative_to(ROOT)}:{number}")
    assert unwanted == []


def test_the_locks_hold_nothing_but_names_versions_and_hashes() -> None:
    line = re.compile(r"[a-z0-9._-]+==[\w.]+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    for lock in ROOT.glob("requirements*.lock"):
        for number, text in enumerate(lock.read_text().splitlines(), start=1):
            assert line.fullmatch(text), f"{lock.name}:{number}: {text}"


def test_the_locks_know_every_requirement() -> None:
    """A requirement that is not in a lock would be missing on a fresh machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-dev.lock": groups["dev"],
        "requirements-models.lock": groups["models"],
    }
    for lock, requirements in wanted.items():
        known = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / lock).read_text(), re.MULTILINE))
        names = {re.split(r"[<>=!~ \[;]", requirement)[0].lower() for requirement in requirements}
        assert names <= known, f"{lock} is stale; run: make lock"


def test_every_room_says_what_belongs_in_it_and_holds_no_code() -> None:
    rooms = [source for source in SOURCES if source.endswith("__init__.py")]
    with_code = [r for r in rooms if len(parsed(r).body) != 1]
    silent = [r for r in rooms if not ast.get_docstring(parsed(r))]
    assert with_code == []
    assert silent == []


def test_the_map_for_contributors_names_every_room() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rooms = {path.name for package in ("app", "hashing") for path in (ROOT / package).iterdir()}
    rooms = {room for room in rooms if (ROOT / "app" / room).is_dir()} | {
        room for room in rooms if (ROOT / "hashing" / room).is_dir()
    }
    missing = {room for room in rooms - {"__pycache__"} if f"| `{room}` |" not in text}
    assert missing == set()

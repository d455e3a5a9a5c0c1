"""The command `foretell`: its verbs, what they take, and how they end.

Each verb is one function here, which says what it takes and imports what it needs only when it is
called, so that `foretell --help` is quick. To add one, write another below; the greeting and the
help list it by itself.

    exit    means
    0       fine
    1       problems: the story has a fault, or a claim fails
    2       unusable: no such file, errors in the source, options that make no sense
    3       unknown: a limit was reached before the answer was
    130     interrupted (Ctrl-C)

Results go to standard output, everything else to standard error. Whatever is wrong with the
input becomes a `StoryError` somewhere below and is shown by `run`; a traceback is a bug.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from foretell import __version__
from foretell.diagnostics import Diagnostic, StoryError, closest, counted
from foretell.terminal import columns_of, show_problems

if TYPE_CHECKING:
    from foretell.loading import Loaded

__all__ = [
    "Verbs",
    "check",
    "compile_story",
    "disassemble",
    "main",
    "play",
    "run",
    "verbs",
]

FINE: Final = 0
PROBLEMS: Final = 1
UNUSABLE: Final = 2
UNKNOWN: Final = 3
INTERRUPTED: Final = 130
_PATIENCE: Final = 500_000  # steps of a turn a player waits for: seconds, in plain Python
_PIPE_CLOSED: Final = 141
_WORDINGS: Final = (  # of the library that reads the command line, and those of a reader
    (r"is not a valid integer( range)?", "is no whole number"),
    (r"is not a valid float( range)?", "is no number"),
    (r"(\S+) is not in the range x>=(\d+)(\.0)?$", r"\1 is less than \2"),
    (r"is not in the range (\d+)<=x<=(\d+)", r"is not between \1 and \2"),
)

_GREETING: Final = """\
foretell reads every playthrough of an interactive story written in ink.

Try it first on The Vigil, the story that comes with it:

  foretell play vigil

What can be done:

{verbs}

STORY is an .ink file, compiled ink JSON, or a bundled story's name.
`foretell VERB --help` tells more.
"""


class Verbs(click.Group):
    """The verbs in the order they are written in, and a remedy for one that is not there."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            hint = "`foretell --help` lists the verbs"
            found = closest(name, self.commands)
            if Path(name).suffix in (".ink", ".json") or Path(name).exists() or name == "vigil":
                hint = f"to play it: `foretell play {shlex.quote(name)}`"
            elif found:
                hint = f"did you mean `foretell {found}`?"
            raise _refusal("usage", f"there is no verb `{name}`", hint)
        return super().resolve_command(ctx, args)


class _Seconds(click.FloatRange):
    """A time; `nan`, which Python takes for a number, would never be over."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        seconds: float = super().convert(value, param, ctx)
        if seconds != seconds:
            self.fail(f"`{value}` is no number of seconds", param, ctx)
        return seconds


class _Size(click.ParamType[int]):
    """A number of bytes as people write it: 500M, 2G, 1.5GiB; at least 1 MiB."""

    name = "SIZE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        match = re.fullmatch(
            r"(\d+(?:\.\d*)?|\.\d+)\s*([kmgt]?)(?:i?b)?", str(value).lower().strip()
        )
        if match is None:
            self.fail(f"`{value}` is no size; write 500M or 2G", param, ctx)
        size = int(min(float(match[1]), 1e18) * 1024 ** "\0kmgt".index(match[2] or "\0"))
        if size < 1 << 20:
            self.fail("less than a mebibyte holds no story; write 500M or 2G", param, ctx)
        return size


story_argument = click.argument("story", metavar="STORY")
entry_option = click.option(
    "--from", "entries", multiple=True, metavar="KNOT", help="Enter at a knot, as a host might."
)


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    subcommand_metavar="VERB STORY …",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="STORY is an .ink file, compiled ink JSON, or a bundled story's name (vigil).",
)
@click.version_option(__version__, "-V", "--version", message="foretell %(version)s")
@click.pass_context
def verbs(ctx: click.Context) -> None:
    """Compile, play and foresee interactive stories written in ink."""
    if ctx.invoked_subcommand is None:
        usages = {
            name: f"{name} STORY{' TARGET' if name == 'why' else ''}" for name in verbs.commands
        }
        width = max(map(len, usages.values())) + 2
        listed = [
            f"  {usages[name]:<{width}} {command.get_short_help_str(64)}"
            for name, command in verbs.commands.items()
        ]
        click.echo(_GREETING.format(verbs="\n".join(listed)), nl=False)


@verbs.command(short_help="play in the terminal, with undo and saves")
@story_argument
@click.option(
    "--path", default="", metavar="PATH", help="Begin at the end of this path, such as 0/2@17/1."
)
@click.option("--from", "start", metavar="KNOT", help="Enter at a knot, as a host might.")
@click.option(
    "--seed", type=int, metavar="N", help="Deal luck from this number: the same each time."
)
@click.option("--dream", is_flag=True, help="Show the odds of every ending beside each choice.")
@click.option("--plain", is_flag=True, help="No colour, no layout: one line of story a line.")
@click.option("--full", is_flag=True, help="On the whole screen, one turn at a time.")
@click.option(
    "--transcript",
    is_flag=True,
    help="Read choices (from 1) from standard input and print what ink's own player prints.",
)
def play(
    story: str,
    path: str,
    start: str | None,
    seed: int | None,
    dream: bool,
    plain: bool,
    full: bool,
    transcript: bool,
) -> int:
    """Play a story.

    Type a choice's number and Enter. `u` takes a choice back, `r` begins again, `s` saves, `l`
    loads, `q` leaves, `?` tells what else there is.
    """
    if transcript and dream:
        raise _refusal("usage", "a transcript has no room for odds", "leave out --dream")
    loaded = _load(story)
    from foretell.loading import playable
    from foretell.page import Page
    from foretell.player import Player, fresh_seed, play_transcript
    from foretell.vm.lower import lower
    from foretell.vm.story import PathError, Story

    dealt = seed if seed is not None else 0 if transcript else fresh_seed()
    program = lower(playable(loaded))
    if start is not None and ":" not in path:
        from foretell.checking import entry_of

        path = f"{entry_of(program, start)}:{path}"
    try:
        playing = Story(
            program,
            seed=dealt,
            step_budget=_PATIENCE,
            assume_externals=not transcript,  # a transcript is what ink's own player says
            path=path,
        )
    except PathError as error:
        raise _refusal("bad-path", str(error), "a path counts choices from 0") from None
    if transcript:
        play_transcript(playing, sys.stdin, sys.stdout)
        return FINE
    warned = [problem for problem in loaded.diagnostics if problem.severity == "warning"]
    if warned:
        what = counted(len(warned), "warning")
        click.echo(f"({what} from the compiler: `foretell check` shows them)", err=True)
    if full and (plain or not sys.stdout.isatty()):
        raise _refusal("usage", "there is no whole screen here", "leave out --full")
    for name in (playing.program.externals[index] for index in playing.program.unanswered):
        click.echo(f"(assumed: the EXTERNAL function `{name}` returns 0)", err=True)
    command = f"foretell play {shlex.quote(story)}"
    from foretell.endings import EndingNames
    from foretell.loading import read_promises

    names, foreseen = None, None
    unsaid: set[str] = set()
    try:
        unsaid = read_promises(loaded).weighed_tags
        names = EndingNames.of(loaded)
    except StoryError:
        if dream:
            raise
        click.echo("(foretell.toml is not read: `foretell check` shows what is wrong)", err=True)
    if dream:
        from foretell.dream import Dream

        bounds = read_promises(loaded).bounds.variables
        foreseen = Dream.of(playing, bounds=bounds, names=names)

    def explain(target: str) -> str:
        from foretell.asking import why

        tells = sys.stderr.isatty() and not full
        return why(loaded, target, stream=sys.stderr if tells else None)[0]

    def reading(page: Page) -> int:
        player = Player(
            playing,
            page,
            stem=loaded.stem,
            command=command,
            seed=seed,
            dream=foreseen,
            names=names,
            explain=explain,
            unsaid=unsaid,
        )
        return FINE if player.run() else PROBLEMS

    if full:
        from foretell.screen import Screen

        with Screen(sys.stdout) as screen:
            return reading(screen)
    return reading(Page(sys.stdout, plain=plain or not sys.stdout.isatty()))


@verbs.command(short_help="read every playthrough: endings, odds, problems, claims")
@story_argument
@click.option(
    "--max-states", type=click.IntRange(1), metavar="N", help="Stop after so many states."
)
@click.option("--max-seconds", type=_Seconds(0.0), metavar="S", help="Stop after so many seconds.")
@click.option("--max-memory", type=_Size(), help="Stop before taking more: 2G, 500M.")
@click.option(
    "--max-depth", type=click.IntRange(1), metavar="N", help="Follow so many choices and no more."
)
@click.option(
    "--threads", type=click.IntRange(1), metavar="N", help="Use so many processors (all)."
)
@entry_option
@click.option("--allow", multiple=True, metavar="CODE", help="Leave out problems of this kind.")
@click.option("--all", "every", is_flag=True, help="Show every problem, notes included.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first witness that breaks a claim.")
@click.option("--timings", is_flag=True, help="Say where the time went.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("--watch", is_flag=True, help="Check again at every save, until Ctrl-C.")
@click.option("--export", metavar="FILE", help="Write the graph for Storm (.drn) or PRISM (.tra).")
@click.option("--reader", metavar="NAME", help="Export this reader's Markov chain.")
@click.option("--resume", is_flag=True, help="Go on from where a long run was stopped or killed.")
@click.option(
    "--checkpoint",
    metavar="FILE|off",
    help="Where a long run keeps what it knows (.foretell/ beside the story).",
)
def check(
    story: str,
    max_states: int | None,
    max_seconds: float | None,
    max_memory: int | None,
    max_depth: int | None,
    threads: int | None,
    entries: tuple[str, ...],
    allow: tuple[str, ...],
    fail_fast: bool,
    every: bool,
    timings: bool,
    form: str,
    watch: bool,
    export: str | None,
    reader: str | None,
    resume: bool,
    checkpoint: str | None,
) -> int:
    """Read every playthrough of a story, and say what was found.

    Every ending with its odds, what no reader can reach, where one gets stuck, whether the claims
    in foretell.toml hold. Exit code: 0 fine, 1 problems or failed claims, 2 unusable, 3 unknown.
    """
    if reader is not None and export is None:
        raise _refusal("usage", "--reader says whose chain --export writes", "add --export FILE")
    spent = {"start": time.process_time()}  # of the processor: Python itself, and this module
    began = time.perf_counter()
    from foretell.checking import Limits, Options, check, watching

    spent["import"] = time.perf_counter() - began
    limits = Limits()
    options = Options(
        limits=Limits(
            states=max_states or limits.states,
            seconds=limits.seconds if max_seconds is None else max_seconds,
            memory=max_memory or limits.memory,
            depth=max_depth or limits.depth,
        ),
        threads=threads or 0,
        as_json=form == "json",
        every=every,
        timings=timings,
        allow=allow,
        fail_fast=fail_fast,
        entries=entries,
        colour=_colourful(),
        columns=columns_of(sys.stdout),
        progress=sys.stderr.isatty(),
        export=None if export is None else Path(export),
        reader=reader,
        spent=spent,
        checkpoint=checkpoint,
        resume=resume,
    )
    if watch:
        options.checkpoint = "off" if checkpoint is None and not resume else checkpoint
        return watching(story, options)
    began = time.perf_counter()
    loaded = _load(story)
    spent["read"] = time.perf_counter() - began
    shown, code = check(loaded, options)
    click.echo(shown, nl=False)
    return code


@verbs.command(short_help="how a reader comes to a knot, line, ending or condition")
@story_argument
@click.argument("target")
@entry_option
@click.option(
    "--max-states", type=click.IntRange(1), metavar="N", help="Stop after so many states."
)
@click.option("--max-seconds", type=_Seconds(0.0), metavar="S", help="Stop after so many seconds.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def why(
    story: str,
    target: str,
    entries: tuple[str, ...],
    max_states: int | None,
    max_seconds: float | None,
    form: str,
) -> int:
    """Tell how readers come to TARGET, and what keeps them from it.

    TARGET is a knot, stitch or label, a line (tale.ink:40), an ending's name, or an expression.
    The shortest path there, the choices every route needs, those that rule it out. Exit code: 0
    there is a way, 1 there is none, 2 unusable, 3 unknown.
    """
    from foretell.asking import limits_of, why

    shown, code = why(
        _load(story),
        target,
        entries=entries,
        limits=limits_of(max_states, max_seconds),
        as_json=form == "json",
        colour=_colourful(),
        stream=sys.stderr if sys.stderr.isatty() else None,
    )
    click.echo(shown, nl=False)
    return code


@verbs.command(short_help="the story as told beside the story with something changed")
@story_argument
@click.argument("names", nargs=-1)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Begin with this.")
@click.option("--force", multiple=True, metavar="CHOICE", help="Made whenever it is offered.")
@click.option("--forbid", multiple=True, metavar="CHOICE", help="Never offered.")
@click.option("--ask", multiple=True, metavar="EXPR", help="Compare this at the end.")
@click.option("--reader", default="uniform", metavar="NAME", help="Who reads (uniform).")
@entry_option
@click.option(
    "--max-states", type=click.IntRange(1), metavar="N", help="Stop after so many states."
)
@click.option("--max-seconds", type=_Seconds(0.0), metavar="S", help="Stop after so many seconds.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def whatif(
    story: str,
    names: tuple[str, ...],
    settings: tuple[str, ...],
    force: tuple[str, ...],
    forbid: tuple[str, ...],
    ask: tuple[str, ...],
    reader: str,
    entries: tuple[str, ...],
    max_states: int | None,
    max_seconds: float | None,
    form: str,
) -> int:
    """Compare a story as told with the story changed.

    The change is what --set, --force and --forbid say, else every what-if in foretell.toml, or
    those of the NAMES given. A CHOICE is a label, or file:line. Exit code: 0 compared, 2 unusable,
    3 a limit was reached.
    """
    from foretell.asking import limits_of, whatif

    shown, code = whatif(
        _load(story),
        names=names,
        settings=settings,
        force=force,
        forbid=forbid,
        ask=ask,
        reader=reader,
        entries=entries,
        limits=limits_of(max_states, max_seconds),
        as_json=form == "json",
        colour=_colourful(),
        stream=sys.stderr if sys.stderr.isatty() else None,
    )
    click.echo(shown, nl=False)
    return code


@verbs.command(short_help="random readers, for what can't be read whole")
@story_argument
@click.option("-n", "--runs", default="100000", metavar="N", help="How many, such as 1e6.")
@click.option("--reader", default="uniform", metavar="NAME", help="uniform, least-used, or a name.")
@click.option(
    "--seed", type=int, default=0, show_default=True, metavar="N", help="The same runs each time."
)
@click.option(
    "--threads", type=click.IntRange(0), default=0, metavar="N", help="0 takes every processor."
)
@entry_option
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Begin with this.")
@click.option("--ask", multiple=True, metavar="EXPR", help="Count what this is at the end.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def sample(
    story: str,
    runs: str,
    reader: str,
    seed: int,
    threads: int,
    entries: tuple[str, ...],
    settings: tuple[str, ...],
    ask: tuple[str, ...],
    form: str,
) -> int:
    """Let many random readers read a story, and count where they come.

    Shares are estimates, given with the interval they are 95 % sure to lie in. Exit code: 0 fine,
    1 a run met an error, 2 unusable. Ctrl-C ends it with the runs made so far (130).
    """
    from foretell.sampling import SampleOptions
    from foretell.sampling import sample as read_at_random

    try:
        count = int(float(runs))
    except (ValueError, OverflowError):
        count = 0
    if not 1 <= count <= 10**12:
        raise _refusal("runs", f"`{runs}` is no number of runs", "write a number such as 1e6")
    options = SampleOptions(
        runs=count,
        reader=reader,
        seed=seed,
        threads=threads,
        entries=entries,
        settings=settings,
        ask=ask,
        as_json=form == "json",
        columns=columns_of(sys.stdout),
        progress=sys.stderr.isatty(),
    )
    shown, code = read_at_random(_load(story), options)
    click.echo(shown, nl=False)
    return code


@verbs.command(short_help="the story's whole future as a page in the browser")
@story_argument
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="NAME", help="Where to listen."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="0 takes a free one."
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.option(
    "--token", default="", metavar="TEXT", help="Asked of whoever is not on this machine."
)
@entry_option
def studio(
    story: str, host: str, port: int, no_open: bool, token: str, entries: tuple[str, ...]
) -> int:
    """Serve a web page for a story: read it with odds, its map, river, endings, claims, source.

    The page follows the files as they change. Only this machine can see it, unless --host says
    otherwise; then a token is asked for.
    """
    from foretell.loading import find_story
    from foretell.studio import serve

    find_story(story)
    if entries:  # those of foretell.toml may be mended while the page is open
        from foretell.checking import places_entered
        from foretell.config import Config
        from foretell.vm.lower import lower

        places_entered(lower(_load(story).usable()), entries, Config())
    serve(story, host, port, not no_open, token, entries)
    return FINE


@verbs.command(short_help="the same views as one file to send to someone")
@story_argument
@click.option("-o", "--output", metavar="FILE", help="Write to FILE, not to STORY.html.")
@entry_option
def report(story: str, output: str | None, entries: tuple[str, ...]) -> int:
    """Write one self-contained HTML page about a story: endings, claims, map, river, source.

    It is called as the story is, with .html behind it, and written to the present folder.
    """
    from foretell.studio.report import is_report, name_by_folder, write

    loaded = _load(story)
    if output is None:
        output = f"{loaded.stem}.html"
        if Path(output).exists() and not (Path(output).is_file() and is_report(Path(output))):
            what = f"`{output}` is there already, and no report of foretell's"
            raise _refusal("exists", what, "write elsewhere: -o FILE")
    folder = Path(output).parent
    if not folder.is_dir():  # better said before the story is read
        raise _refusal("unwritable", f"can't write `{output}`: there is no folder `{folder}`")
    from foretell.checking import Options, read_entries

    name_by_folder(loaded)
    found = read_entries(loaded, Options(progress=sys.stderr.isatty(), entries=entries))
    try:
        write(found, loaded, output, found.verdicts)
    except OSError as error:
        raise _refusal("unwritable", f"can't write `{output}`: {error.strerror or error}") from None
    click.echo(f"wrote {output}", err=True)
    return FINE


@verbs.command(short_help="write a first foretell.toml, from what the story contains")
@story_argument
@click.option("-o", "--output", metavar="FILE", help="Write to FILE; - for standard output.")
def init(story: str, output: str | None) -> int:
    """Write a foretell.toml to begin with beside a story.

    It promises that the story is sound; claims, readers and what-ifs stand in it as examples, in
    the story's own names. A file that is there already is left alone.
    """
    from foretell.init import first_config
    from foretell.loading import PROMISES

    loaded = _load(story)
    text = first_config(loaded.usable(), loaded.stem)
    if output == "-":
        click.echo(text, nl=False)
        return FINE
    target = Path(output) if output else (loaded.path or Path()).parent / PROMISES
    if target.exists():
        raise _refusal("exists", f"`{target}` is there already", "write elsewhere: -o FILE")
    _write(str(target), text, loaded)
    click.echo(f"wrote {target}", err=True)
    return FINE


@verbs.command("compile", short_help="write the ink JSON that every ink runtime plays")
@story_argument
@click.option("-o", "--output", metavar="FILE", help="Write to FILE, not to standard output.")
@click.option(
    "-c", "--count-all-visits", is_flag=True, help="Count the visits of every knot and stitch."
)
def compile_story(story: str, output: str | None, count_all_visits: bool) -> int:
    """Compile a story to ink JSON (version 21), the same that inklecate writes.

    Warnings go to standard error.
    """
    loaded = _load(story, count_all=count_all_visits)
    if count_all_visits and not loaded.is_source:
        raise _refusal(
            "usage",
            f"`{story}` is compiled already, and what it counts can't be changed any more",
            "leave out -c, or give its .ink source",
        )
    from foretell.ink_json import dump

    text = dump(loaded.usable())
    show_problems(problem for problem in loaded.diagnostics if problem.severity != "note")
    if output is None or output == "-":
        click.echo(text, nl=sys.stdout.isatty())
    else:
        _write(output, text, loaded)
    return FINE


@verbs.command(short_help="show the flat program that a story becomes")
@story_argument
def disassemble(story: str) -> int:
    """Show a story's instructions with the lines they come from."""
    loaded = _load(story)
    from foretell.vm.lower import lower
    from foretell.vm.program import disassemble as listing

    click.echo(listing(lower(loaded.usable())), nl=False)
    return FINE


# ---------------------------------------------------------------- what verbs share


def _load(story: str, *, count_all: bool = False) -> Loaded:
    """The story a verb was given; StoryError if it can't be used."""
    from foretell.loading import read_story

    loaded = read_story(story, count_all=count_all)
    loaded.usable()
    return loaded


def _colourful() -> bool:
    """Whether standard output takes colour: a terminal, and NO_COLOR is not set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _write(output: str, text: str, loaded: Loaded) -> None:
    """Write a result to a file that is none of the story's own."""
    from foretell.output import write_whole

    try:
        target = Path(output)
        if any(
            target.exists() and file.exists() and target.samefile(file) for file in loaded.files
        ):
            raise OSError(17, "that is the story itself")
        write_whole(target, text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _refusal("unwritable", f"can't write `{output}`: {reason}") from None


def _refusal(code: str, message: str, hint: str = "") -> StoryError:
    return StoryError([Diagnostic("error", code, message, hint=hint)])


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; gives the exit code."""
    try:
        with verbs.make_context("foretell", list(arguments)) as context:
            code = verbs.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code if isinstance(code, int) else FINE
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        named = arguments[:1] if arguments[0] in verbs.commands else []
        verb = error.ctx.command_path if error.ctx else " ".join(["foretell", *named])
        message = error.format_message().rstrip(".")
        message = message[:1].lower() + message[1:]
        for clicks, ours in _WORDINGS:
            message = re.sub(clicks, ours, message)
        show_problems(_refusal("usage", message, f"see `{verb} --help`").diagnostics)
    except StoryError as error:
        show_problems(error.diagnostics)
    except (KeyboardInterrupt, click.Abort):
        click.echo(err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read has heard enough; the interpreter must not try to write the rest
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except OSError as error:
        message = f"can't write the result: {error.strerror or error}"
        show_problems(_refusal("unwritable", message).diagnostics)
    return UNUSABLE


def main() -> None:
    """The command `foretell`."""
    for stream in (sys.stdin, sys.stdout):
        # a story may hold what the terminal's encoding, or any, can't say
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))

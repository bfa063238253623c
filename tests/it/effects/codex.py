"""A stand-in for Codex's screen: a composer that takes bracketed pastes.

Usage: codex.py LOG [--lock FILE] [--draft TEXT] [--question TITLE:A,B ...]
               [--screen approval] [--working] [--deaf] [--title TEXT]
               [--soon SECONDS] [--notes deaf|swapped|cut]
With --soon a turn is shown as running for so long, and what it asks only then.
With --notes the notes of a question do not open, open at another question, or lose half a paste.
Every submitted text and every key is a line of JSON in LOG.
"""
import argparse, json, os, re, signal, sys, termios, tty, unicodedata

options = argparse.ArgumentParser()
options.add_argument("log")
options.add_argument("--lock", action="append", default=[])
options.add_argument("--draft", default="")
options.add_argument("--question", action="append", default=[])
options.add_argument("--screen", default="composer")
options.add_argument("--working", action="store_true")
options.add_argument("--deaf", action="store_true")
options.add_argument("--title", default="")
options.add_argument("--soon", type=float, default=0)
options.add_argument("--notes", default="")
args = options.parse_args()
log = open(args.log, "a", buffering=1)
held = [open(path, "a") for path in args.lock]
draft, pasted, asked = args.draft, None, 0
selected, notes = 1, None
APPROVAL = """  Would you like to run the following command?

  Environment: local

  $ touch /etc/x1


› 1. Yes, proceed (y)
  2. No, and tell Codex what to do differently (esc)

  Press enter to confirm or esc to cancel"""


def say(**what):
    log.write(json.dumps(what) + "\n")


def width(char):
    if unicodedata.combining(char) or char in "\ufe0f\u200d":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def rows(text, columns):
    for line in text.split("\n"):
        row, used = "", 0
        for char in line.replace("\t", " "):
            if used + width(char) > columns:
                yield row
                row, used = "", 0
            row, used = row + char, used + width(char)
        yield row


def width_of(text):
    return sum(map(width, text))


def asks():
    return not args.soon and asked < len(args.question)


def now(*_):
    args.soon = 0
    draw()


def question():
    title, labels = args.question[asked].rsplit(":", 1)
    labels = labels.split(",") + ["None of the above"]
    total = len(args.question)
    lines = [f"  Question {asked + 1}/{total} ({total - asked} unanswered)"]
    lines += ["  " + row for row in rows(title, 40)] + [""]
    for number, label in enumerate(labels, 1):
        mark = "›" if number == selected else " "
        lines.append(f"  {mark} {number}. {label}")
    hint = "enter to submit answer" if asked + 1 < total or total == 1 else "enter to submit all"
    several = "←/→ to navigate questions | " if total > 1 else ""
    if notes is None:
        return lines + ["", f"  tab to add notes | {hint} | {several}esc to interrupt"], None
    text = list(rows(notes or "Add notes", 90))
    lines += [""] + [("  › " if nth == 0 else "    ") + row for nth, row in enumerate(text)]
    cursor = len(lines), 5 + (width_of(text[-1]) if notes else 0)
    return lines + ["", f"  tab or esc to clear notes | {hint}"], cursor


def draw():
    size = os.get_terminal_size()
    out = ["\033[?25l\033[H\033[2J"]
    if args.title:
        out.append(f"\033]2;{args.title}\007")
    if asks():
        lines, cursor = question()
        lines = ["› ask"] + [""] * 3 + lines
        cursor = cursor and (cursor[0] + 4, cursor[1])
    elif args.screen == "approval":
        lines, cursor = ["• Running", ""] + APPROVAL.split("\n"), None
    else:
        text = list(rows(shown(), size.columns - 4))
        top = ["• Working (1s • esc to interrupt)", ""] if args.working or args.soon else []
        if text == [""]:
            body = ["\033[1m›\033[0m \033[2mAsk Codex to do anything\033[0m"]
        else:
            body = [("\033[1m›\033[0m " if nth == 0 else "  ") + row for nth, row in enumerate(text)]
        hint = "" if text != [""] else "  ← for agents · ? for shortcuts"
        lines = ["  >_ OpenAI Codex", ""] + top + body + ["", "  mock-model default · /work"] + [hint] * bool(hint)
        line = 2 + len(top) + len(text)
        cursor = line, 3 + sum(map(width, text[-1]))
    out.append("\r\n".join(lines))
    if cursor:
        out.append("\033[%d;%dH\033[?25h" % cursor)
    sys.stdout.write("".join(out))
    sys.stdout.flush()


def shown():
    return f"[Pasted Content {len(draft)} chars]" if len(draft) > 1000 else draft


submitted = []


def key(char):
    global draft, asked, selected, notes
    say(key=char)
    if asks():
        if notes is not None:
            if char == "\t":
                notes = None
            elif char == "\r":
                say(noted=notes.strip(), option=selected)
                asked, selected, notes = asked + 1, 1, None
            else:
                notes += char
        elif char == "\t":
            notes = None if args.notes == "deaf" else ""
            asked += args.notes == "swapped"
        elif char in "↓↑":
            selected += 1 if char == "↓" else -1
        elif char.isdigit():
            asked, selected = asked + 1, 1
    elif args.screen == "approval":
        pass
    elif char == "\r":
        text = draft.strip()
        if text.startswith("!"):
            say(shell=text)
        elif text:
            submitted.append(text)
        draft = ""
    elif char == "\n" or char >= " ":
        draft += char


def paste(text):
    global draft, notes
    say(pasted=text)
    if asks() and notes is not None:
        notes += text[: len(text) // 2] if args.notes == "cut" else text
    if args.screen == "composer" and not asks() and not args.deaf:
        draft += text.replace("\r", "\n")


tty.setraw(0)
signal.signal(signal.SIGWINCH, lambda *_: draw())
signal.signal(signal.SIGALRM, now)
sys.stdout.write("\033[?2004h")
draw()
signal.setitimer(signal.ITIMER_REAL, args.soon)
say(ready=os.getpid())
waiting = b""
while chunk := os.read(0, 65536):
    waiting += chunk
    while waiting:
        start = waiting.find(b"\033[200~")
        if start == 0:
            end = waiting.find(b"\033[201~")
            if end < 0:
                break
            paste(waiting[6:end].decode("utf-8", "replace"))
            waiting = waiting[end + 6:]
        else:
            keys = waiting if start < 0 else waiting[:start]
            waiting = waiting[len(keys):]
            keys = keys.replace(b"\033[B", "↓".encode()).replace(b"\033[A", "↑".encode())
            for char in keys.decode("utf-8", "replace"):
                key(char)
    draw()
    # Said once the screen shows it, so that whoever waits for it sees that screen.
    while submitted:
        say(submitted=submitted.pop(0))

//! The texts the owner reads: one head line that names the session as a person
//! would, then the words, cut into iMessages where lines end.

use crate::heading::Heading;
use crate::redact::place_to_cut;
use crate::sessions::Session;
use events::Text;
use events::event::Question;
use unicode_segmentation::UnicodeSegmentation;

/// How every text of ours begins. Whatever comes back with it is our own
/// echo, from any device, on any day (facts on self-chat).
pub const SIGIL: &str = "[Codex]";

/// Most parts of one notice; what is longer is cut in the middle, and says so.
const PARTS_MAX: usize = 20;

/// A head line: `[Codex] @k3f9 api-server · needs input`.
pub fn head(session: Option<&Session>, kind: &Heading) -> String {
    match session {
        Some(s) => format!("{SIGIL} @{} {} · {kind}", s.reference, tidy(s.name(), 40)),
        None => format!("{SIGIL} {kind}"),
    }
}

/// Longest sentence that a lock screen or a watch shows whole.
const SENTENCE: usize = 110;

/// A head line that can be read aloud: `api-server is done: 3 files changed. [Codex] @k3f9`.
pub fn sentence_head(session: Option<&Session>, sentence: &str, max: usize) -> String {
    let mark = session.map_or_else(
        || format!(" {SIGIL}"),
        |session| format!(" {SIGIL} @{}", session.reference),
    );
    // Where the limit is tight the words below come first.
    let room = (max / 2).min(SENTENCE).saturating_sub(mark.chars().count());
    format!("{}{mark}", tidy(sentence, room.max(1)))
}

/// The line of a digest that a head makes: the ref, then what happened.
pub(crate) fn by_ref(head: &str) -> String {
    match head.rsplit_once(&format!(" {SIGIL} @")) {
        Some((sentence, behind)) => {
            // Behind the ref may stand the number of the part.
            let reference = behind.split(' ').next().unwrap_or(behind);
            format!("@{reference} {sentence}")
        }
        None => head
            .strip_prefix(SIGIL)
            .unwrap_or(head)
            .trim_start()
            .to_owned(),
    }
}

/// One line without control or direction-changing characters, cut to a length, and through no secret:
/// the line may be redacted later.
pub fn tidy(text: &str, max: usize) -> String {
    let line = clean(text).replace(['\n', '\t'], " ");
    let line = line.trim();
    if line.chars().count() <= max {
        return line.to_owned();
    }
    let end = place_to_cut(line, fitting(line, max.saturating_sub(1)));
    format!("{}…", line[..end].trim_end())
}

/// How long ago something was, as people say it.
pub fn ago(span: events::Span) -> String {
    let seconds = span.0 / 1000;
    match seconds {
        0..=59 => "just now".into(),
        60..=3_599 => format!("{} min ago", seconds / 60),
        3_600..=86_399 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// How many bytes of whole graphemes fit into so many characters.
fn fitting(text: &str, room: usize) -> usize {
    let (mut chars, mut end) = (0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        chars += grapheme.chars().count();
        if chars > room {
            break;
        }
        end = at + grapheme.len();
    }
    end
}

/// Text without control characters (new lines and tabs stay), without bidirectional overrides and NULs.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let text = text.replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let bad = |c: &char| {
        (c.is_control() && *c != '\n' && *c != '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|c| !bad(c)).collect()
}

/// Cuts a notice into parts of at most `max` characters, head line included.
/// Each part begins with the head and, where there are several, its number.
pub fn parts(head: &str, body: &str, max: usize) -> Vec<Text> {
    let body = clean(body);
    let body = body.trim_end().trim_start_matches('\n');
    if body.trim().is_empty() {
        return vec![Text::from(tidy(head, max))];
    }
    if fits(head, max.saturating_sub(body.chars().count() + 1)) {
        return vec![Text::from(format!("{head}\n{body}"))];
    }
    // Where the limit is tight the words come first, and the head is cut.
    let head = tidy(head, max / 2);
    let pieces = at_most(chunks(body, room(max, &head)), room(max, &head));
    let of = pieces.len();
    let number =
        |(nth, piece): (usize, String)| Text::from(format!("{head} ({}/{of})\n{piece}", nth + 1));
    pieces.into_iter().enumerate().map(number).collect()
}

/// What a part holds besides its head and number.
fn room(max: usize, head: &str) -> usize {
    max.saturating_sub(head.chars().count() + " (99/99)\n".len())
        .max(1)
}

/// Keeps the first pieces and the last where there are too many, and says how much lies between.
fn at_most(mut pieces: Vec<String>, room: usize) -> Vec<String> {
    if pieces.len() <= PARTS_MAX {
        return pieces;
    }
    let last = pieces.split_off(pieces.len() - 1);
    let cut = pieces.split_off(PARTS_MAX - 2);
    let left_out: usize = cut.iter().map(|piece| piece.chars().count()).sum();
    pieces.push(tidy(&format!("… {left_out} characters left out …"), room));
    pieces.extend(last);
    pieces
}

fn fits(text: &str, max: usize) -> bool {
    text.chars().nth(max).is_none()
}

/// Cuts a text that is not ours to head: as it stands, in numbered parts where it is too long.
pub fn plain_parts(text: &str, max: usize) -> Vec<Text> {
    let text = clean(text);
    if fits(&text, max) {
        return vec![Text::from(text)];
    }
    let pieces = at_most(chunks(&text, room(max, "")), room(max, ""));
    let of = pieces.len();
    pieces
        .into_iter()
        .enumerate()
        .map(|(nth, piece)| Text::from(format!("({}/{of}) {piece}", nth + 1)))
        .collect()
}

/// How many parts a digest should take; of very many sessions it shows little more than refs.
const DIGEST_PARTS: usize = 3;

/// One text for the news of many sessions: a line for each, from the newest notice of it
/// and how many there are. No session is left out; what a line leaves out is had by its ref.
pub fn digest(news: &[(&[Text], usize)], max: usize) -> Vec<Text> {
    let head = head(None, &Heading::News(news.len()));
    let lines = news_lines(news, room(max, &head) * DIGEST_PARTS);
    parts(&head, &format!("{HOW}\n{}", lines.join("\n")), max)
}

/// One text for sessions that ended within a short time: this sentence, then what is told of each.
pub fn ended(sentence: &str, news: &[(&[Text], usize)], max: usize) -> Vec<Text> {
    let head = tidy(&format!("{SIGIL} {sentence}"), (max / 2).min(SENTENCE));
    let all = room(max, &head).saturating_sub(HOW.chars().count() + 2);
    let each = (all / news.len().max(1)).saturating_sub(2);
    let told = if each > LONGEST {
        let blocks: Vec<_> = news.iter().map(|(parts, _)| block(parts, each)).collect();
        blocks.join("\n\n")
    } else {
        news_lines(news, all * DIGEST_PARTS).join("\n")
    };
    parts(&head, &format!("{told}\n\n{HOW}"), max)
}

/// The sentence of a text with the ref before it, and as much of its words as there is room for.
fn block(parts: &[Text], room: usize) -> String {
    let text = parts.first().map_or("", |text| text.reveal());
    let (head, said) = text.split_once('\n').unwrap_or((text, ""));
    let head = by_ref(head);
    let room = room.saturating_sub(head.chars().count() + 3);
    let (shown, rest) = cut_lines(said, room);
    let more = if rest.is_empty() && parts.len() == 1 {
        ""
    } else {
        " …"
    };
    format!("{head}\n{shown}{more}").trim_end().to_owned()
}

/// One text for what waited for the owner's sake: a line for each session that has news, and
/// what is about none, `whole`.
pub fn waited(count: usize, news: &[(&[Text], usize)], whole: &[&Text], max: usize) -> Vec<Text> {
    let head = head(None, &Heading::Waited(count));
    let mut lines = news_lines(news, room(max, &head) * DIGEST_PARTS);
    if !news.is_empty() {
        lines.insert(0, HOW.to_owned());
    }
    for text in whole {
        let text = text.reveal();
        let text = text.strip_prefix(SIGIL).unwrap_or(text).trim_start();
        lines.push(text.to_owned());
    }
    parts(&head, &lines.join("\n"), max)
}

/// How the whole of a line is had.
const HOW: &str = "Write \"status @ref\" to read the whole of one.";

/// One text for many sessions that wait for an answer, where not each can have its own soon.
pub fn asked(asks: &[&[Text]], max: usize) -> Vec<Text> {
    let head = head(None, &Heading::Requests(asks.len()));
    let asks: Vec<_> = asks.iter().map(|parts| (*parts, 1)).collect();
    let lines = news_lines(&asks, room(max, &head) * ASKED_PARTS);
    let lines = lines
        .join("\n")
        .replace(&format!(" · {}: ", Heading::NeedsInput), ": ");
    parts(&head, &format!("{HOW_TO_ANSWER}\n{lines}"), max)
}

/// How many parts it should take: what is asked is read before it is answered.
const ASKED_PARTS: usize = 5;
/// What is cut here is not answered unread.
const HOW_TO_ANSWER: &str = "Answer a question with \"@ref number\"; \"status @ref\" shows the whole of it. \
                             Before you approve anything, write \"show @ref\".";

/// A line for each session, of all its texts the newest.
fn news_lines(news: &[(&[Text], usize)], room: usize) -> Vec<String> {
    let each = room.saturating_sub(HOW.len()) / news.len().max(1);
    let line = |(parts, count): &(&[Text], usize)| {
        let more = match count - 1 {
            0 => String::new(),
            more => format!(" (and {more} before)"),
        };
        let text = parts.first().map_or("", |text| text.reveal());
        let (head, said) = text.split_once('\n').unwrap_or((text, ""));
        let head = by_ref(head);
        let line = match said.trim() {
            "" => head,
            said if head.ends_with('.') => format!("{head} {said}"),
            said => format!("{head}: {said}"),
        };
        let room = each.saturating_sub(more.len() + 1).clamp(SHORTEST, LONGEST);
        format!("{}{more}", tidy(&line, room))
    };
    news.iter().map(line).collect()
}

/// Room for a ref and the beginning of a name.
const SHORTEST: usize = 20;
/// Nobody reads more of one among many.
const LONGEST: usize = 160;

/// Texts joined into as few as hold at most `max` characters, in their order.
pub fn packed(texts: &[&Text], max: usize) -> Vec<Text> {
    let mut packed: Vec<String> = Vec::new();
    for text in texts {
        let text = text.reveal();
        let room = max.saturating_sub(text.chars().count() + "\n\n".len());
        match packed.last_mut().filter(|last| fits(last, room)) {
            Some(last) => {
                last.push_str("\n\n");
                last.push_str(text);
            }
            None => packed.push(text.clone()),
        }
    }
    packed.into_iter().map(Text::from).collect()
}

/// Cuts text into pieces of at most `room` characters: at line ends where the
/// line end lies in the second half, else at white space, else between graphemes.
/// Only white space at the cuts is lost.
fn chunks(text: &str, room: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !fits(rest, room) {
        let (piece, tail) = rest.split_at(cut_at(rest, room));
        pieces.push(piece.trim_end().to_owned());
        // The indentation of the next line is part of the words; a blank between words is not.
        rest = tail.trim_start_matches('\n');
        if rest.len() == tail.len() {
            rest = tail.trim_start_matches([' ', '\t']);
        }
    }
    pieces.push(rest.trim_end().to_owned());
    pieces.retain(|piece| !piece.trim().is_empty());
    pieces
}

/// The beginning of a text that has at most `room` characters, and what is behind it:
/// cut where a line ends, if the line end lies in the second half.
pub fn cut_lines(text: &str, room: usize) -> (&str, &str) {
    let text = text.trim_end();
    if fits(text, room) {
        return (text, "");
    }
    let (shown, rest) = text.split_at(cut_at(text, room));
    (shown.trim_end(), rest.trim_start_matches('\n'))
}

fn cut_at(text: &str, room: usize) -> usize {
    // A single grapheme longer than the room is kept whole: cutting it would change what is read.
    let first = text.graphemes(true).next().map_or(text.len(), str::len);
    let mut chars = 0;
    let (mut hard, mut line, mut word) = (0, 0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        chars += grapheme.chars().count();
        if chars > room {
            // Room ends where a word does.
            if grapheme == "\n" {
                return at.max(first);
            }
            if grapheme.chars().all(char::is_whitespace) {
                word = at;
            }
            break;
        }
        hard = at + grapheme.len();
        if grapheme == "\n" {
            line = at;
        } else if grapheme.chars().all(char::is_whitespace) {
            word = at;
        }
    }
    let half = hard / 2;
    [line, word]
        .into_iter()
        .find(|at| *at > half)
        .unwrap_or(hard)
        .max(first)
}

/// Questions with numbered options, as the owner answers them.
pub fn questions(questions: &[Question]) -> String {
    let several = questions.len() > 1;
    let mut out = Vec::new();
    for (nth, question) in questions.iter().enumerate() {
        let lead = if several {
            format!("{}. ", nth + 1)
        } else {
            String::new()
        };
        out.push(format!("{lead}{}", question.text.reveal().trim()));
        for (option, choice) in question.options.iter().enumerate() {
            let number = if several {
                format!("{}.{}", nth + 1, option + 1)
            } else {
                format!("{}.", option + 1)
            };
            let detail = choice.detail.reveal().trim();
            let detail = if detail.is_empty() {
                String::new()
            } else {
                format!(" ({detail})")
            };
            out.push(format!("{number} {}{detail}", choice.label.reveal().trim()));
        }
    }
    if questions.iter().any(|q| !q.options.is_empty()) {
        out.push(if several {
            "Reply with numbers, like 1.2 2.1".into()
        } else {
            "Reply with a number.".to_owned()
        });
    }
    out.join("\n")
}

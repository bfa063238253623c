//! Numbers that answer, and numbers that are words.

use events::event::{Choice, Question, QuestionKind, Topic};
use events::{CallId, Wall};
use projections::answers::{Answer, read};
use projections::numbers::numbers;
use projections::sessions::{OpenQuestion, Session};
use proptest::prelude::*;

#[test]
fn one_number_or_several_in_every_form() {
    for text in [
        "2",
        " 2 ",
        "2.",
        "2)",
        "(2)",
        "#2",
        "option 2",
        "Option 2.",
        "2\n",
        "２",
        "2️⃣",
        "2!",
        "answer: 2",
    ] {
        assert_eq!(numbers(text), Some(vec![(None, 2)]), "{text:?}");
    }
    for text in ["1.2", "1: 2", "1:2", "1 : 2", "1=2", "1. 2", "1 = 2"] {
        assert_eq!(numbers(text), Some(vec![(Some(1), 2)]), "{text:?}");
    }
    for text in [
        "1.2 2.1",
        "1.2, 2.1",
        "1: 2, 2: 1",
        "1.2\n2.1",
        "1.2 and 2.1",
        "1.2; 2.1.",
        "1: 2 2: 1",
    ] {
        assert_eq!(
            numbers(text),
            Some(vec![(Some(1), 2), (Some(2), 1)]),
            "{text:?}"
        );
    }
    for text in ["1, 2", "1 and 2", "1 2", "1,2", "1 & 2", "options 1 and 2"] {
        assert_eq!(numbers(text), Some(vec![(None, 1), (None, 2)]), "{text:?}");
    }
}

#[test]
fn what_is_not_only_numbers_is_words() {
    for text in [
        "1-2", "3/4", "1 or 2", "2x", "2nd", "-1", "why 2?", "", ".", ":", "1.2.3", "+2", "one",
        "½",
    ] {
        assert_eq!(numbers(text), None, "{text:?}");
    }
    assert_eq!(numbers(&"1 ".repeat(5000)), None);
}

/// A session that asks this.
fn asking(kind: QuestionKind, questions: &[&[&str]]) -> Session {
    let mut world = crate::support::World::new();
    let id = world.session(1, "/srv/api");
    let mut session = world.machine.state().sessions.get(&id).unwrap().clone();
    let choice = |label: &&str| Choice {
        label: (*label).into(),
        detail: "".into(),
    };
    let question = |options: &&[&str]| Question {
        id: "q".into(),
        text: "Which?".into(),
        options: options.iter().map(choice).collect(),
    };
    session.questions.push(OpenQuestion {
        call: CallId::parse("call").unwrap(),
        kind,
        questions: questions.iter().map(question).collect(),
        digests: Vec::new(),
        asked_at: Wall(0),
    });
    session.active = Wall(0);
    session
}

fn chosen(session: &Session, words: &str) -> Vec<u16> {
    match read(session, None, words, Wall(1)) {
        Answer::Options { choices, .. } => choices.iter().map(|c| c.option).collect(),
        other => panic!("{words:?}: {other:?}"),
    }
}

fn refused(session: &Session, words: &str) -> String {
    match read(session, None, words, Wall(1)) {
        Answer::Not(why) => why,
        other => panic!("{words:?}: {other:?}"),
    }
}

#[test]
fn a_modal_takes_a_number_that_exists_and_nothing_else() {
    let session = asking(QuestionKind::Modal, &[&["red", "green", "don't care"]]);
    assert_eq!(chosen(&session, "2"), [2]);
    assert_eq!(chosen(&session, "1.3"), [3]);
    assert_eq!(chosen(&session, "Don’t care "), [3]);
    for (words, why) in [
        (
            "4",
            "There is no option 4. Reply with a number from 1 to 3.",
        ),
        (
            "0",
            "There is no option 0. Reply with a number from 1 to 3.",
        ),
        (
            "10:30",
            "There is no question 10. Reply with a number from 1 to 3.",
        ),
        (
            "1.5",
            "There is no option 5. Reply with a number from 1 to 3.",
        ),
        (
            "1 and 2",
            "It asks one question, so send one number. Reply with a number from 1 to 3.",
        ),
        (
            "99999999999999999999",
            "There is no such option. Reply with a number from 1 to 3.",
        ),
    ] {
        assert_eq!(refused(&session, words), why);
    }
    for words in ["why?", "1-2", "3/4", "use option 1", "yes", "red green"] {
        let told = refused(&session, words);
        assert!(
            told.contains("number from 1 to 3. For words, write \"other: your words\". Nothing"),
            "{words}: {told}"
        );
    }
}

#[test]
fn words_for_several_questions_are_told_how_each_is_answered() {
    let session = asking(QuestionKind::Modal, &[&["red", "green"], &["yes", "no"]]);
    let told = refused(&session, "blue please");
    assert!(
        told.contains("1.1 to 1.2, 2.1 to 2.2. For words, answer each question in a line"),
        "{told}"
    );
}

#[test]
fn several_questions_want_an_answer_each() {
    let session = asking(QuestionKind::Modal, &[&["a", "b"], &["c", "d", "e"]]);
    assert_eq!(chosen(&session, "1.2 2.1"), [2, 1]);
    assert_eq!(chosen(&session, "2: 3, 1: 1"), [1, 3]);
    assert_eq!(chosen(&session, "2 and 3"), [2, 3]);
    let range = "Reply with one number for each question: 1.1 to 1.2, 2.1 to 2.3.";
    for words in [
        "2", "1.2", "1.2 1.1", "3.1 1.1", "1.3 2.1", "1.1 2", "1 2 3",
    ] {
        assert!(refused(&session, words).ends_with(range), "{words}");
    }
}

#[test]
fn an_asynchronous_question_takes_words_and_labels() {
    let session = asking(QuestionKind::Async, &[&["red", "green"]]);
    assert_eq!(
        read(&session, None, "neither, think again", Wall(1)),
        Answer::Words
    );
    assert_eq!(
        read(&session, None, "2", Wall(1)),
        Answer::Labels("green".into())
    );
    assert!(refused(&session, "3").contains("from 1 to 2"));
    let free = asking(QuestionKind::Async, &[&[]]);
    assert_eq!(read(&free, None, "5", Wall(1)), Answer::Words);
}

#[test]
fn labels_of_several_questions_name_their_question() {
    let session = asking(QuestionKind::Async, &[&["red", "green"], &["one", "two"]]);
    assert_eq!(
        read(&session, None, "1.2 2.1", Wall(1)),
        Answer::Labels("Which?: green\nWhich?: one".into())
    );
}

#[test]
fn only_a_number_in_reply_to_a_question_that_is_over_is_refused() {
    let idle = Session {
        questions: Vec::new(),
        ..asking(QuestionKind::Modal, &[])
    };
    let over = Topic::Question(CallId::parse("over").unwrap());
    assert!(matches!(
        read(&idle, Some(&over), "2", Wall(1)),
        Answer::Not(why) if why.contains("no longer open")
    ));
    assert_eq!(read(&idle, Some(&over), "why?", Wall(1)), Answer::Words);
    assert_eq!(read(&idle, None, "2", Wall(1)), Answer::Words);
}

#[test]
fn marked_words_answer_a_modal_and_other_words_do_not() {
    let one = asking(QuestionKind::Modal, &[&["red", "green"]]);
    let two = asking(QuestionKind::Modal, &[&["red", "green"], &["1", "2", "3"]]);
    let noted = |session: &Session, words: &str| match read(session, None, words, Wall(1)) {
        Answer::Notes { choices, notes, .. } => {
            let options = choices.iter().map(|c| c.option);
            let notes = notes
                .iter()
                .map(|note| note.as_ref().map(|n| n.reveal().clone()));
            Some(options.zip(notes).collect::<Vec<_>>())
        }
        _ => None,
    };
    let said = |option, note: &str| (option, Some(note.to_owned()));
    // Behind the last option stands Codex's own "None of the above".
    for words in ["other: blue, 2", "Other : blue, 2", "other：blue, 2"] {
        assert_eq!(
            noted(&one, words),
            Some(vec![said(3, "blue, 2")]),
            "{words}"
        );
    }
    for words in ["2 note: dark", "2, note: dark", "#2 Note: dark"] {
        assert_eq!(noted(&one, words), Some(vec![said(2, "dark")]), "{words}");
    }
    for words in ["1: 2\n2 other: 7", "2: other: 7; 1.2", "1.2; 2 other: 7"] {
        let both = vec![(2, None), said(4, "7")];
        assert_eq!(noted(&two, words), Some(both), "{words}");
    }
    for words in [
        "blue",
        "other blue",
        "other:",
        "another: blue",
        "note: dark",
        "3 note: dark",
        "no, because",
    ] {
        assert_eq!(noted(&one, words), None, "{words}");
        let why = refused(&one, words);
        assert!(why.contains("other: your words"), "{words}: {why}");
    }
    for words in [
        "other: 7",
        "1 other: 7",
        "1: 2",
        "1: 2\n1 other: 7",
        "3 other: 7; 1: 1",
    ] {
        assert_eq!(noted(&two, words), None, "{words}");
    }
}

#[test]
fn a_number_written_before_the_question_was_there_is_not_meant_for_it() {
    let mut session = asking(QuestionKind::Modal, &[&["red", "green"]]);
    session.questions[0].asked_at = Wall(5_000);
    let meant = |written: i64| {
        let answer = read(&session, None, "2", Wall(written));
        let words = read(&session, None, "other: blue", Wall(written));
        assert_eq!(
            matches!(answer, Answer::Options { .. }),
            matches!(words, Answer::Notes { .. })
        );
        matches!(answer, Answer::Options { .. })
    };
    // Dates of rows may be whole seconds.
    assert_eq!(
        [meant(4_000), meant(4_001), meant(9_000)],
        [false, true, true]
    );
}

#[test]
fn a_question_without_options_says_where_it_is_answered() {
    let session = asking(QuestionKind::Modal, &[&[]]);
    for words in ["5", "five"] {
        let told = refused(&session, words);
        assert!(told.contains("Answer it at the Mac"), "{told}");
        assert!(!told.contains("other:"), "{told}");
    }
}

#[test]
fn options_that_are_numbers_themselves_are_not_guessed() {
    let session = asking(QuestionKind::Modal, &[&["2", "3"]]);
    assert!(refused(&session, "2").contains("one option's number and another option's name"));
    assert_eq!(chosen(&session, "1.2"), [2]);
    assert_eq!(chosen(&session, "1"), [1]);
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in any::<String>()) {
        let _ = numbers(&text);
    }
}

//! How effects ended, in words: each end has its own, and none holds a text of anybody's.

use crate::support::{pane, turn_id, uuid7};
use events::outcome::{Doubt, Evidence, Failure, How, Performed, Screen};
use events::{CallId, Guid, Outcome};
use projections::endings::{doubt, evidence, failure, outcome, performed};
use std::collections::BTreeSet;

/// All of them differ, and say something.
fn differ(told: &[String]) {
    let kinds: BTreeSet<_> = told.iter().collect();
    assert_eq!(kinds.len(), told.len(), "{told:#?}");
    assert!(told.iter().all(|text| text.contains(' ')), "{told:#?}");
    assert!(
        !told.iter().any(|text| text.contains("sekret")),
        "{told:#?}"
    );
}

#[test]
fn what_proves_something_is_named() {
    let session = uuid7(1_795_000_000_000, 1);
    let call = CallId::parse(turn_id("call").as_str()).unwrap();
    let told = [
        evidence(&Evidence::Row {
            rowid: 17,
            guid: Guid::parse("ROW-17").unwrap(),
            service: "iMessage".into(),
        }),
        evidence(&Evidence::Recorded {
            session: session.clone(),
            offset: 900,
        }),
        evidence(&Evidence::Answered {
            session: session.clone(),
            call,
        }),
        evidence(&Evidence::Running {
            session: session.clone(),
            pane: pane(),
            cwd: "/srv".into(),
        }),
    ];
    differ(&told);
    assert!(told[0].contains("row 17") && told[0].contains("iMessage"));
    assert!(told[1].contains("byte 900"));
    for other in &told[1..] {
        assert!(other.contains(session.as_str()), "{other}");
    }
    assert!(told[3].contains(&pane().to_string()), "{told:?}");
}

#[test]
fn what_is_in_doubt_is_named() {
    let program = || "osascript".to_owned();
    let doubts = [
        Doubt::TimedOut { program: program() },
        Doubt::BrokeOff {
            program: program(),
            code: 7,
            message: "sekret".into(),
        },
        Doubt::Interrupted,
        Doubt::NoProof,
        Doubt::NoWitness,
    ];
    let told = doubts.each_ref().map(doubt);
    differ(&told);
    assert!(told[..2].iter().all(|text| text.contains("osascript")));
    for (nth, doubt) in doubts.into_iter().enumerate() {
        let whole = outcome(&Outcome::Unknown(doubt.clone()));
        assert_eq!(whole, format!("it may have happened: {}", told[nth]));
        let how = performed(&Performed {
            how: How::Queued,
            doubt: Some(doubt),
        });
        assert_eq!(
            how,
            format!("handed to codex queue, in doubt: {}", told[nth])
        );
    }
}

#[test]
fn what_a_pane_shows_instead_is_named() {
    let screens = [
        Screen::Composer { draft: true },
        Screen::Composer { draft: false },
        Screen::Working,
        Screen::RunningHook,
        Screen::Approval {
            what: "sekret".into(),
        },
        Screen::Question {
            text: "sekret".into(),
            options: 2,
            notes: false,
        },
        Screen::PlanPrompt,
        Screen::Trust,
        Screen::Update,
        Screen::Login,
        Screen::Picker {
            title: "sekret".into(),
        },
        Screen::Shell,
        Screen::CopyMode,
        Screen::Unknown,
    ];
    let not_ready = |screen| {
        failure(&Failure::NotReady {
            pane: pane(),
            screen,
        })
    };
    let told = screens.map(not_ready);
    differ(&told);
    assert!(told[7].ends_with("asks whether to trust a folder or hooks"));
}

//! Sending, with an osascript that does its worst.

use super::rig::Rig;
use events::command::{SendFile, SendMessage};
use events::outcome::{Doubt, Failure, How, Performed};
use events::{Command, CommandId, Guid, Outcome, Report, Seq, SessionId};
use std::time::Duration;
use tokio::time::Instant;

async fn send(rig: &Rig, text: &str) -> Report {
    let message = SendMessage {
        notice: Seq(1),
        part: 0,
        to: "+15555550123".into(),
        text: text.into(),
    };
    rig.execute(Command::SendMessage(message)).await
}

fn doubt(report: Report) -> Option<Doubt> {
    match report {
        Report::Performed(Performed {
            how: How::Accepted,
            doubt,
        }) => doubt,
        other @ (Report::Settled(_) | Report::Performed(_)) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn recipient_and_text_are_the_scripts_arguments() {
    let rig = Rig::new();
    let out = rig.path("sent").display().to_string();
    let script = format!("#!/bin/bash\nprintf '%s\\0' \"$@\" > {out}\ncat >> {out}\n");
    rig.script("osascript", &script);
    let text = "-e \"quoted\" \\ $(touch never)\nzweite Zeile 🙂\0!";
    assert_eq!(doubt(send(&rig, text).await), None);
    let got = std::fs::read_to_string(rig.path("sent")).expect("sent");
    let mut got = got.splitn(4, '\0');
    let expected = text.replace('\0', "");
    assert_eq!(got.next(), Some("-"));
    assert_eq!(got.next(), Some("+15555550123"));
    assert_eq!(got.next(), Some(expected.as_str()));
    assert!(got.next().expect("script").contains("on run argv"));
}

#[tokio::test]
async fn a_file_is_given_by_its_path_and_only_as_it_was_copied() {
    let rig = Rig::new();
    let out = rig.path("sent").display().to_string();
    let script = format!("#!/bin/bash\nprintf '%s\\0' \"$@\" >> {out}\ncat >> {out}\n");
    rig.script("osascript", &script);
    let path = rig.path("a \"quoted\" report.pdf");
    std::fs::write(&path, "%PDF-1.7").unwrap();
    let file = |bytes| {
        Command::SendFile(SendFile {
            copy: CommandId {
                cause: Seq(1),
                nth: 0,
            },
            inbound: Guid::parse("g-1").unwrap(),
            session: SessionId::parse("01a20300-0000-7000-8000-000000000000").unwrap(),
            to: "+15555550123".into(),
            file: path.display().to_string().into(),
            name: "report.pdf".into(),
            bytes,
        })
    };
    assert_eq!(doubt(rig.execute(file(8)).await), None);
    let got = std::fs::read_to_string(rig.path("sent")).unwrap();
    let got: Vec<_> = got.splitn(4, '\0').collect();
    let whole = path.display().to_string();
    assert_eq!(got[..3], ["-", "+15555550123", whole.as_str()]);
    assert!(got[3].contains("POSIX file") && !got[3].contains("report"));
    // Another size, a link or nothing in its place: it is not given again.
    let refused = |report| matches!(report, Report::Settled(Outcome::Failed(_)));
    assert!(refused(rig.execute(file(9)).await));
    std::fs::rename(&path, rig.path("other")).unwrap();
    std::os::unix::fs::symlink(rig.path("other"), &path).unwrap();
    assert!(refused(rig.execute(file(8)).await));
    std::fs::remove_file(&path).unwrap();
    assert!(refused(rig.execute(file(8)).await));
    let again = std::fs::read_to_string(rig.path("sent")).unwrap();
    assert_eq!(again.matches("POSIX file").count(), 1);
}

#[tokio::test]
async fn a_hang_a_flood_and_a_signal_leave_doubt_and_end_in_time() {
    let rig = Rig::new();
    for (script, expected) in [
        ("trap '' TERM; sleep 60 & wait; sleep 60", "TimedOut"),
        ("yes secret-text", "TimedOut"),
        ("yes secret-text >&2", "TimedOut"),
        ("kill -9 $$", "BrokeOff"),
        ("echo 'secret-text (-1712)' >&2; exit 1", "BrokeOff"),
        (
            "echo 'control-plane: target resolved' >&2; echo '(-1728)' >&2; exit 1",
            "BrokeOff",
        ),
        ("exit 77", "BrokeOff"),
    ] {
        rig.script("osascript", &format!("#!/bin/bash\n{script}\n"));
        let began = Instant::now();
        let doubt = doubt(send(&rig, "secret-text").await).expect("in doubt");
        assert!(began.elapsed() < Duration::from_secs(60), "{script}");
        let told = format!("{doubt:?}");
        assert!(told.starts_with(expected), "{script}: {told}");
        assert!(!told.contains("secret-text"), "{told}");
    }
}

#[tokio::test]
async fn what_was_certainly_not_sent_has_failed() {
    let rig = Rig::new();
    let report = send(&rig, "x").await;
    assert!(matches!(
        report,
        Report::Settled(Outcome::Failed(Failure::NotStarted { .. }))
    ));
    rig.script("osascript", "#!/bin/bash\necho 'x (-1728)' >&2; exit 1\n");
    let Report::Settled(Outcome::Failed(Failure::Target {
        code: -1728,
        message,
    })) = send(&rig, "x").await
    else {
        panic!("not a failure of the target");
    };
    assert!(message.contains("recipient"));
    rig.script("osascript", "#!/bin/bash\necho 'x (-1743)' >&2; exit 1\n");
    let report = send(&rig, "x").await;
    assert_eq!(
        report,
        Report::Settled(Outcome::Failed(Failure::NotPermitted { code: -1743 }))
    );
}

#[tokio::test]
async fn a_helper_left_behind_does_not_hold_up_the_result() {
    let rig = Rig::new();
    rig.script("osascript", "#!/bin/bash\nsleep 120 & disown\nexit 0\n");
    let began = Instant::now();
    assert_eq!(doubt(send(&rig, "x").await), None);
    assert!(began.elapsed() < Duration::from_secs(60));
}

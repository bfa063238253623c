//! The table in docs/week.md.

use super::{Habit, defaults, played};
use events::{Settings, Span};
use std::fmt::Write as _;

const fn minutes(minutes: u64) -> Span {
    Span::seconds(minutes * 60)
}

/// The rows of the table: what is changed, and the settings.
fn rows() -> Vec<(&'static str, Settings, Habit)> {
    let base = defaults;
    let night = Some((23 * 60, 7 * 60));
    let grace = |seconds| Settings {
        grace: Span::seconds(seconds),
        ..base()
    };
    let nudge = |after| Settings {
        nudge: minutes(after),
        ..base()
    };
    let stall = |after| Settings {
        stall: minutes(after),
        ..base()
    };
    let digest = |seconds| Settings {
        digest: Span::seconds(seconds),
        ..base()
    };
    let quiet = |quiet_approvals| Settings {
        quiet: night,
        quiet_approvals,
        ..base()
    };
    let needs = Settings {
        only_needs_input: true,
        ..base()
    };
    let none = Habit::None;
    vec![
        ("the defaults", base(), none),
        ("`grace_s` 0", grace(0), none),
        ("`grace_s` 20", grace(20), none),
        ("`grace_s` 120", grace(120), none),
        ("`grace_s` 300", grace(300), none),
        ("`nudge_s` 0", nudge(0), none),
        ("`nudge_s` 900 (15 min)", nudge(15), none),
        ("`nudge_s` 3600 (60 min)", nudge(60), none),
        ("`stall_s` 300 (5 min)", stall(5), none),
        ("`stall_s` 1800 (30 min)", stall(30), none),
        ("`digest_s` 0", digest(0), none),
        ("`digest_s` 120", digest(120), none),
        ("`digest_s` 600", digest(600), none),
        ("`quiet` 23-7", quiet(false), none),
        ("the same, `quiet_approvals` on", quiet(true), none),
        ("`only_needs_input` on", needs, none),
        ("`mute 1h` as each meeting begins", base(), Habit::Mutes),
        (
            "`here` at the desk, `away` on leaving",
            base(),
            Habit::SaysWhere,
        ),
    ]
}

fn table() -> String {
    let mut out = String::from(
        "| settings | texts a day | that changed nothing, a day | while asleep, a week | reminders, a week | no sign of life, a week | minutes a request waited |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for (name, settings, habit) in rows() {
        let count = played(settings, habit).count;
        let day = |many: usize| format!("{}.{}", many / 7, many % 7 * 10 / 7);
        let tenths = count.waited / i64::from(count.prompts) / 6_000;
        writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {} | {}.{} |",
            day(count.texts as usize),
            day(count.news - count.useful.len()),
            count.at_night,
            count.reminders,
            count.stalls,
            tenths / 10,
            tenths % 10,
        )
        .unwrap();
    }
    out
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the page is read, and written on demand"
)]
fn a_week_is_as_the_page_says() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/week.md");
    let told = std::fs::read_to_string(page).unwrap();
    let at = told.find("| settings |").unwrap();
    let end = told[at..]
        .find("\n\n")
        .map_or(told.len(), |end| at + end + 1);
    let now = format!("{}{}{}", &told[..at], table(), &told[end..]);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(page, now).unwrap();
    } else {
        assert!(
            told == now,
            "docs/week.md is not what the program does; \
             `UPDATE=1 cargo test -p projections --test it week` writes it:\n{now}"
        );
    }
}

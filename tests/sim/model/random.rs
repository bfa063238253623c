//! Stories and deaths drawn from chance. Rates are drawn first, many of them
//! zero: a run in which only one thing goes wrong, and does so often, finds
//! what a run with a little of everything does not.

mod files;
mod times;

use super::disk::Death;
use super::entropy::Entropy;
use super::runner::Plan;
use super::scenarios::settings;
use super::story::{
    Beat, Database, Fate, Hook, Keys, Kind, Odd, Proof, Queue, S, Server, Shows, Starts, Story,
    Turn, Verdict, Words,
};
use control_plane::store::memory::Crash;
use events::settings::NotifyMode;

/// A seed's length in bytes: short runs are many, long ones find what takes time.
const LENGTHS: [usize; 8] = [40, 40, 60, 60, 80, 100, 160, 300];

/// The bytes of a seed.
pub(crate) fn bytes(seed: u64) -> Vec<u8> {
    let mut entropy = Entropy::from_seed(seed, 308);
    let length = entropy.one(&LENGTHS).unwrap_or_default();
    entropy.rest(length)
}

/// What a random story is about, besides work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) enum Plays {
    /// Nothing else.
    Work,
    /// Sessions ask for approvals.
    Approvals,
    /// The same, and the owner says when to text them, comes, goes and stops turns.
    Times,
    /// The owner sends and wants files.
    Files,
}

/// How often what goes wrong, of 256.
struct Rates {
    plays: Plays,
    fate: u8,
    keys: u8,
    odd: u8,
    kill: u8,
    die: u8,
    screen: u8,
    clock: u8,
    database: u8,
    disk: u8,
    hook: u8,
}

/// A story and its deaths.
pub(crate) fn draw(name: &str, plays: Plays, entropy: &mut Entropy) -> (Story, Plan) {
    let mut rate = || {
        let drawn = entropy.upto(5);
        [0, 0, 0, 30, 90, 200][usize::try_from(drawn).unwrap_or(0)]
    };
    let rates = Rates {
        plays,
        fate: rate(),
        keys: rate(),
        odd: rate(),
        kill: rate() / 4,
        die: rate(),
        screen: rate(),
        clock: rate() / 3,
        database: rate() / 3,
        disk: rate() / 6,
        hook: rate(),
    };
    let sessions = usize::try_from(entropy.upto(2)).unwrap_or(0) + 1;
    let mut story = Story {
        name: name.to_owned(),
        beats: Vec::new(),
        settings: settings(),
        self_chat: entropy.chance(80),
        server: false,
    };
    let deaths = deaths(entropy, &rates);
    story.settings.strict_tmux = entropy.chance(170);
    story.settings.require_ref = entropy.chance(200);
    if entropy.chance(60) {
        story.settings.mode = NotifyMode::Send;
    }
    if plays != Plays::Work {
        // Long enough for a request, with all that may be answered.
        story.settings.max_len = 400;
        story.server = entropy.chance(150);
    }
    match plays {
        Plays::Times => times::settings(&mut story.settings, entropy),
        Plays::Files => files::settings(&mut story.settings, entropy),
        Plays::Work | Plays::Approvals => {}
    }
    for _ in 0..sessions {
        let kind = entropy.one(&[Kind::Embedded, Kind::Embedded, Kind::Shared]);
        story.beats.extend(kind.map(Beat::Open));
    }
    story.beats.push(Beat::Wait(500));
    while !entropy.is_over() {
        moment(&mut story.beats, sessions, &rates, entropy);
    }
    let plan = Plan {
        deaths,
        ..Plan::default()
    };
    (story, plan)
}

/// At which appends it dies, besides being killed: none in most runs.
fn deaths(entropy: &mut Entropy, rates: &Rates) -> Vec<Death> {
    let mut deaths = Vec::new();
    let mut append = 0;
    while deaths.len() < 8 && entropy.chance(rates.die) {
        append += 1 + entropy.upto(40);
        let ways = [
            Crash::Keep,
            Crash::Drop,
            Crash::Keep,
            Crash::Drop,
            Crash::Tear,
            Crash::Flip,
        ];
        deaths.push(Death {
            append,
            how: entropy.one(&ways).unwrap_or(Crash::Drop),
            children_live: entropy.chance(80),
        });
    }
    deaths
}

fn moment(beats: &mut Vec<Beat>, sessions: S, rates: &Rates, entropy: &mut Entropy) {
    let s = usize::try_from(entropy.upto(sessions as u64 - 1)).unwrap_or(0);
    if entropy.chance(rates.fate) {
        let ms = entropy.upto(6000);
        beats.extend(entropy.one(&fates(ms)).map(Beat::Osascript));
    }
    if entropy.chance(rates.keys) {
        let keys = [
            Keys::EnterLost,
            Keys::ModalPops,
            Keys::TimedOutTyped,
            Keys::TimedOutNothing,
            Keys::Dropped,
            Keys::Quits,
        ];
        beats.extend(entropy.one(&keys).map(Beat::Keys));
        beats.push(Beat::Lag(s, entropy.upto(5) * 1500));
        let queue = [
            Queue::Works,
            Queue::Missing,
            Queue::RefusesNext,
            Queue::TimesOutNext,
        ];
        beats.extend(entropy.one(&queue).map(Beat::Queue));
    }
    if entropy.chance(rates.odd) {
        beats.extend(entropy.one(&ODD).map(Beat::Row));
    }
    if entropy.chance(rates.screen) {
        beats.extend(entropy.one(&screens(s)));
    }
    if entropy.chance(rates.clock) {
        beats.extend(entropy.one(&clocks()));
    }
    if entropy.chance(rates.database) {
        let count = usize::try_from(entropy.upto(5)).unwrap_or(0) + 1;
        let what = [
            Database::Rewound(count),
            Database::Backfilled(count),
            Database::Replaced,
        ];
        beats.extend(entropy.one(&what).map(Beat::Database));
    }
    if entropy.chance(rates.disk) {
        beats.push(Beat::DiskFull(entropy.upto(40_000)));
    }
    if entropy.chance(rates.kill) {
        let which = entropy.upto(31);
        beats.push(Beat::Upgrade(u8::try_from(which).unwrap_or(0)));
    }
    if entropy.chance(rates.hook) {
        beats.extend(entropy.one(&HOOKS).map(Beat::Hook));
    }
    if entropy.chance(rates.kill) {
        beats.push(ends(entropy));
    }
    match rates.plays {
        Plays::Work => beats.extend(entropy.one(&acts(s))),
        Plays::Approvals => asking(beats, s, rates, entropy),
        Plays::Times => {
            times::moment(beats, s, entropy);
            asking(beats, s, rates, entropy);
        }
        Plays::Files => files::moment(beats, s, entropy),
    }
    beats.extend(entropy.one(&acts(s)));
    let pauses = [5, 30, 90, 400, 1200, 3000, 12_000];
    beats.extend(entropy.one(&pauses).map(Beat::Wait));
}

/// The program is killed, or restarted in order.
fn ends(entropy: &mut Entropy) -> Beat {
    let children_live = entropy.chance(128);
    if entropy.chance(60) {
        Beat::Restart
    } else {
        Beat::Kill { children_live }
    }
}

/// Something about approvals, and something about them a moment later.
fn asking(beats: &mut Vec<Beat>, s: S, rates: &Rates, entropy: &mut Entropy) {
    if entropy.chance(rates.screen) {
        beats.extend(entropy.one(&SERVERS).map(Beat::Server));
    }
    beats.extend(entropy.one(&approvals(s)));
    beats.extend(entropy.one(&[100, 400, 700, 2500]).map(Beat::Wait));
    beats.extend(entropy.one(&approvals(s)));
}

const ODD: [Odd; 11] = [
    Odd::Stranger,
    Odd::Group,
    Odd::Sms,
    Odd::Tapback,
    Odd::Edited,
    Odd::Stale,
    Odd::Duplicate,
    Odd::Echo,
    Odd::LateChat(700),
    Odd::LateBody(3000),
    Odd::NoBody,
];

const HOOKS: [Hook; 7] = [
    Hook::Once,
    Hook::Never,
    Hook::Twice,
    Hook::Burst,
    Hook::Storm,
    Hook::Early,
    Hook::Late(4000),
];

/// Steps of the clock, up to years, and nights.
const fn clocks() -> [Beat; 10] {
    const DAY: i64 = 86_400_000;
    [
        Beat::Clock(1500),
        Beat::Clock(-1500),
        Beat::Clock(-2_000_000),
        Beat::Clock(2_000_000),
        Beat::Clock(-3 * DAY),
        Beat::Clock(3 * DAY),
        Beat::Clock(-3650 * DAY),
        Beat::Clock(3650 * DAY),
        Beat::Sleep {
            ms: 30_000_000,
            counts: true,
        },
        Beat::Sleep {
            ms: 30_000_000,
            counts: false,
        },
    ]
}

const fn fates(ms: u64) -> [Fate; 14] {
    [
        Fate::RowAfter(ms),
        Fate::NothingSent,
        Fate::NoRow,
        Fate::Error22After(ms),
        Fate::TimeoutSent,
        Fate::TimeoutSentLater,
        Fate::TimeoutNothing,
        Fate::Target,
        Fate::NotPermitted,
        Fate::BreaksOff { sent: true },
        Fate::BreaksOff { sent: false },
        Fate::Sms,
        Fate::Ghost,
        Fate::TextLate(ms),
    ]
}

const fn screens(s: S) -> [Beat; 13] {
    [
        Beat::Shows(s, Shows::Composer),
        Beat::Shows(s, Shows::Composer),
        Beat::Shows(s, Shows::Draft),
        Beat::Shows(s, Shows::Approval),
        Beat::Shows(s, Shows::CopyMode),
        Beat::Pane(s, Proof::Gone),
        Beat::Pane(s, Proof::Unproven),
        Beat::Pane(s, Proof::Proven),
        Beat::Pane(s, Proof::Proven),
        Beat::ChatDb(false),
        Beat::ChatDb(true),
        Beat::Quit(s),
        Beat::TmuxEnds,
    ]
}

const SERVERS: [Server; 10] = [
    Server::Dies(2500),
    Server::Dies(90_000),
    Server::DiesForGood,
    Server::LinkLost(2000),
    Server::Late(1500),
    Server::Hangs,
    Server::TakenUnsaid,
    Server::NotTakenUnsaid,
    Server::ActsUnsaid,
    Server::Ignores,
];

/// What happens around approvals.
const fn approvals(s: S) -> [Beat; 20] {
    [
        Beat::Next(s, Turn::Runs(1)),
        Beat::Next(s, Turn::Runs(2)),
        Beat::Next(s, Turn::Runs(3)),
        Beat::Next(s, Turn::RunsLong),
        Beat::Desk(s, "run the zebra"),
        Beat::Desk(s, "run it again"),
        Beat::Decides(s, Verdict::Yes),
        Beat::Decides(s, Verdict::No),
        Beat::Owner(Words::Asked(s, "yes")),
        Beat::Owner(Words::Asked(s, "yes")),
        Beat::Owner(Words::Asked(s, "no")),
        Beat::Owner(Words::Asked(s, "no, because zebra")),
        Beat::Owner(Words::AskedBefore(s, "yes")),
        Beat::Owner(Words::To(s, "yes")),
        Beat::Owner(Words::Plain("yes")),
        Beat::Owner(Words::Plain("no")),
        Beat::Owner(Words::Thumb(s, true)),
        Beat::Owner(Words::Plain("pending")),
        Beat::Owner(Words::Plain("1 yes, 2 no")),
        Beat::Owner(Words::To(s, "show")),
    ]
}

/// What a day is made of.
const fn acts(s: S) -> [Beat; 26] {
    [
        Beat::Desk(s, "look at the zebra"),
        Beat::Desk(s, "and the docs"),
        Beat::Next(s, Turn::Asks(3)),
        Beat::Next(s, Turn::AsksAside(2)),
        Beat::Next(s, Turn::Says(300)),
        Beat::Next(s, Turn::Works(9000)),
        Beat::Next(s, Turn::Fails),
        Beat::Next(s, Turn::Forgets),
        Beat::Owner(Words::To(s, "go on with the zebra")),
        Beat::Owner(Words::To(s, "now something else")),
        Beat::Owner(Words::To(s, "yes")),
        Beat::Owner(Words::Thread(s, "yes")),
        Beat::Owner(Words::Thread(s, "2")),
        Beat::Owner(Words::Plain("1")),
        Beat::Start(Starts::Fails),
        Beat::Owner(Words::Plain("do it")),
        Beat::Owner(Words::Plain("list")),
        Beat::Owner(Words::Plain("retry")),
        Beat::Owner(Words::Status(s)),
        Beat::Owner(Words::Again),
        Beat::Owner(Words::Plain("new docs: write them")),
        Beat::Answer(s),
        Beat::Interrupt(s),
        Beat::QueueLine("a zebra from elsewhere"),
        Beat::Attention("look at the zebra here"),
        Beat::Start(Starts::NotSeen),
    ]
}

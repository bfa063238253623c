//! News of prompts: what sources show becomes one prompt, told once; what ends it
//! settles the answers that are on their way.

use super::draft::Draft;
use super::{claimed, prompts, settle, turns};
use crate::ledger::Stage;
use crate::prompts::{Prompt, Witness};
use events::outcome::{Doubt, Evidence, Failure};
use events::prompt::{
    AppServerLinkChanged, PromptAsked, PromptBody, PromptChoice, PromptEnd, PromptRaised,
    PromptResolved, PromptSource, PromptWitnessed, ThreadState, ThreadStatusChanged,
};
use events::{Command, CommandId, Event, Outcome, Seq, SessionId, TurnId};

/// A source shows a prompt.
pub(super) fn raised(draft: &mut Draft, raised: PromptRaised) {
    let digest = raised.digest();
    let state = draft.state();
    if let Some(prompt) = state.prompts.known(&raised) {
        let known = state.prompts.open.get(&prompt);
        let same = known.is_some_and(|known| {
            let shown = |w: &Witness| w.source == raised.source && w.digest == digest;
            known.witnesses.iter().any(shown)
        });
        if same {
            return;
        }
        let more = known.is_some_and(|known| raised.whole && !known.whole);
        let (body, choices) = clean(draft, &raised);
        return witnessed(
            draft,
            PromptWitnessed {
                prompt,
                source: raised.source,
                body: more.then_some(body),
                choices,
                digest,
                whole: raised.whole,
            },
        );
    }
    if is_over(draft, &raised) {
        return;
    }
    let (body, choices) = clean(draft, &raised);
    let turn = raised.turn.or_else(|| {
        let session = draft.state().sessions.get(&raised.session);
        session.and_then(|session| session.turn.clone())
    });
    let asked = PromptAsked {
        session: raised.session,
        turn,
        call: raised.call,
        approval: raised.approval,
        source: raised.source,
        body,
        choices,
        digest,
        whole: raised.whole,
    };
    self::asked(draft, asked);
}

/// A prompt is there that was not known.
pub(super) fn asked(draft: &mut Draft, asked: PromptAsked) {
    let source = asked.source.clone();
    claimed::asks(draft, &asked);
    let seq = draft.record(Event::PromptAsked(asked));
    replaced_on_screen(draft, seq, &source);
    prompts::tell(draft, seq);
}

/// A source shows a prompt that is known, perhaps more of it.
pub(super) fn witnessed(draft: &mut Draft, witnessed: PromptWitnessed) {
    let (prompt, more) = (witnessed.prompt, witnessed.body.is_some());
    draft.record(Event::PromptWitnessed(witnessed));
    if more {
        prompts::shown_more(draft, prompt);
    }
}

/// News of a turn that has ended come too late; a plan is asked about after its turn.
fn is_over(draft: &Draft, raised: &PromptRaised) -> bool {
    let session = draft.state().sessions.get(&raised.session);
    let over = |turn: &TurnId| {
        let ended = session.is_some_and(|session| session.ended.contains(turn));
        ended && !claimed::is_only_claimed(draft, &raised.session, turn)
    };
    !matches!(raised.body, PromptBody::Plan { .. }) && raised.turn.as_ref().is_some_and(over)
}

/// What may be stored of it.
fn clean(draft: &Draft, raised: &PromptRaised) -> (PromptBody, Vec<PromptChoice>) {
    if draft.state().settings.redact {
        crate::redact_prompt::redacted(&raised.body, &raised.choices)
    } else {
        (raised.body.clone(), raised.choices.clone())
    }
}

/// A source says that a prompt is not up any more.
pub(super) fn resolved(draft: &mut Draft, resolved: &PromptResolved) {
    let prompts = &draft.state().prompts;
    let Some(prompt) = prompts.by_source(&resolved.session, &resolved.source) else {
        return;
    };
    // Whether keys of ours did it is told by the command that pressed them.
    let by_keys = matches!(resolved.source, PromptSource::Screen { .. });
    if by_keys && under_way(draft, prompt) {
        return;
    }
    close(draft, prompt, &resolved.how, Some(&resolved.source));
}

/// A prompt ended: its notice is retired, and the answers to it are settled.
pub(super) fn close(
    draft: &mut Draft,
    prompt: Seq,
    how: &PromptEnd,
    source: Option<&PromptSource>,
) {
    prompts::end(draft, prompt, how, source);
    for (id, stage) in answering(draft, prompt) {
        if *how == PromptEnd::ByUs && stage == Stage::Started && speaks(draft, id) {
            // Its executor is still to tell what became of the words behind it.
            continue;
        }
        let outcome = match (&stage, how) {
            (Stage::Requested, _) => Outcome::Failed(Failure::PromptGone {
                why: prompts::ended(how).into(),
            }),
            (_, PromptEnd::ByUs) => Outcome::Done(Evidence::Resolved { prompt }),
            // It was on its way when the prompt ended: which of the two was first is not known.
            _ => Outcome::Unknown(Doubt::NoProof),
        };
        settle::settle(draft, id, outcome);
    }
}

/// The commands that answer a prompt.
fn answering(draft: &Draft, prompt: Seq) -> Vec<(CommandId, Stage)> {
    let answers =
        |command: &Command| matches!(command, Command::AnswerPrompt(c) if c.prompt == prompt);
    let open = draft.state().ledger.open.iter();
    open.filter(|(_, entry)| answers(&entry.command))
        .map(|(id, entry)| (*id, entry.stage.clone()))
        .collect()
}

/// Words go behind the answer.
fn speaks(draft: &Draft, id: CommandId) -> bool {
    let entry = draft.state().ledger.open.get(&id);
    entry.is_some_and(
        |entry| matches!(&entry.command, Command::AnswerPrompt(c) if c.words.is_some()),
    )
}

/// Whether an answer to it is being given this moment.
fn under_way(draft: &Draft, prompt: Seq) -> bool {
    let mut answers = answering(draft, prompt).into_iter();
    answers.any(|(_, stage)| stage != Stage::Requested)
}

/// A turn ended, and what waited in it with it.
pub(super) fn turn_ended(draft: &mut Draft, session: &SessionId, turn: Option<&TurnId>) {
    let waits = |prompt: &Prompt| {
        let other = matches!((&prompt.turn, turn), (Some(mine), Some(ended)) if mine != ended);
        !other && !matches!(prompt.body, PromptBody::Plan { .. })
    };
    let open = draft.state().prompts.of(session);
    let mut open: Vec<_> = open.filter(|(_, p)| waits(p)).map(|(seq, _)| seq).collect();
    // Whoever answers it right now may have ended the turn by that, and tells.
    open.retain(|prompt| !under_way(draft, *prompt));
    for prompt in open {
        close(draft, prompt, &PromptEnd::TurnEnded, None);
    }
    turns::ended(draft, session, turn);
}

/// The app-server tells what a session does. One that waits for nothing has no prompt.
pub(super) fn thread_status(draft: &mut Draft, status: ThreadStatusChanged) {
    let server = &draft.state().server;
    if server.generation != Some(status.generation)
        || server.threads.get(&status.session) == Some(&status.status)
    {
        return;
    }
    let (session, waits) = (status.session.clone(), waits(status.status));
    draft.record(Event::ThreadStatusChanged(status));
    if waits {
        return;
    }
    let open = draft.state().prompts.of(&session);
    let gone: Vec<_> = open
        .filter(|(_, p)| p.is_by_server())
        .map(|(seq, _)| seq)
        .collect();
    for prompt in gone {
        // Whoever answers it right now hears of its end in its own way.
        if !under_way(draft, prompt) {
            close(draft, prompt, &PromptEnd::Gone, None);
        }
    }
}

/// The background server has not shown again what waited there: it went with the server. The
/// owner hears of it, because nothing goes on there until Codex is started again.
pub(super) fn not_shown_again(draft: &mut Draft) {
    let now = draft.state().server.generation;
    let shown = |source: &PromptSource| match source {
        PromptSource::AppServer { generation, .. } => now == Some(*generation),
        PromptSource::Screen { .. } => true,
        PromptSource::Hook { .. } | PromptSource::Rollout { .. } => false,
    };
    let open = draft.state().prompts.open.iter();
    let gone = open.filter(|(_, prompt)| {
        let mut sources = prompt.witnesses.iter().map(|witness| &witness.source);
        prompt.is_by_server() && !sources.any(shown)
    });
    let gone: Vec<_> = gone.map(|(seq, _)| *seq).collect();
    for prompt in gone {
        // What is being answered ends with its answer, and is told so.
        prompts::gone_with_server(draft, prompt);
        close(draft, prompt, &PromptEnd::Gone, None);
    }
}

/// A pane shows one prompt at a time: the one that it showed before is not up any more.
fn replaced_on_screen(draft: &mut Draft, now: Seq, source: &PromptSource) {
    let state = draft.state();
    let session = state.prompts.open.get(&now).map(|prompt| &prompt.session);
    let (Some(session), PromptSource::Screen { .. }) = (session, source) else {
        return;
    };
    let before = state.prompts.of(session).filter(|(seq, prompt)| {
        let shows = prompt.witnesses.iter().any(|w| w.source == *source);
        *seq != now && shows && !prompt.is_by_server()
    });
    let before: Vec<_> = before.map(|(seq, _)| seq).collect();
    for prompt in before {
        // Whether keys of ours did it is told by the command that pressed them.
        if !under_way(draft, prompt) {
            close(draft, prompt, &PromptEnd::Elsewhere, Some(source));
        }
    }
}

const fn waits(state: ThreadState) -> bool {
    matches!(
        state,
        ThreadState::Active { approval: true, .. } | ThreadState::Active { input: true, .. }
    )
}

/// The connection to the app-server was made or lost.
pub(super) fn link(draft: &mut Draft, link: AppServerLinkChanged) {
    draft.record(Event::AppServerLinkChanged(link));
}

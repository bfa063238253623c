//! sled panics on many damaged files. Here a panic becomes an error with a
//! sentence, and the owner sees no backtrace of a library.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; if it panics, gives the panic's message.
///
/// What `work` has touched must not be used after that: the callers close the log.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(silence_guarded_panics);
    let before = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    result.map_err(|message| {
        let text = message.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| message.downcast_ref::<&str>().copied());
        text.unwrap_or("it gave no reason").to_owned()
    })
}

/// Panics inside [`caught`] reach the caller, and those of sled's own threads become
/// one line of the log; every other panic goes to the hook that was there before.
fn silence_guarded_panics() {
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let thread = std::thread::current();
        if GUARDED.get() {
            return;
        }
        if thread.name().is_some_and(|name| name.starts_with("sled-")) {
            tracing::error!("the log's library failed in the background: {info}");
            return;
        }
        others(info);
    }));
}

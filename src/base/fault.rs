//! A panic is a fault of the program, and must cost no more than the piece of work it is in.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Mutex;

/// Where the last panic was, as the hook of [`keep_quiet`] saw it.
static PLACE: Mutex<String> = Mutex::new(String::new());

thread_local! {
    /// The same, where the panic was on this thread.
    static MINE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// From now on panics write nothing to standard error: whoever catches one says so in a sentence.
pub fn keep_quiet() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        MINE.with(|mine| mine.borrow_mut().clone_from(&place));
        if let Ok(mut last) = PLACE.lock() {
            *last = place;
        }
    }));
}

/// What the work returns, or where and with what words it panicked, as one sentence.
///
/// # Errors
/// The sentence.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    MINE.with(|mine| mine.borrow_mut().clear());
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        // A worker's panic is carried over to this thread; its place was noted on its own.
        let mine = MINE.with(|mine| mine.borrow().clone());
        let place = match mine.is_empty() {
            true => PLACE.lock().map(|place| place.clone()).unwrap_or_default(),
            false => mine,
        };
        let place = if place.is_empty() { place } else { format!(" at {place}") };
        format!("a fault of this program{place} ({}); please report it", text.unwrap_or("no words"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_sentence() {
        assert_eq!(caught(|| 3), Ok(3));
        let said = caught(|| [1, 2, 3].iter().position(|v| *v == 4).expect("four is there")).unwrap_err();
        assert!(said.starts_with("a fault of this program") && said.contains("four is there"), "{said}");
    }
}

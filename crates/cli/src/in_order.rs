//! Work on several threads, whose results keep the order of the work.
//!
//! ```text
//! next, one thread at a time ──► work, on every thread ──► write, one at a time, in order
//! ```
//!
//! Every thread takes work, does it and hands in the result; there is no further thread that reads or
//! writes. While one of them reads or writes, the others work. A thread that is too far ahead waits,
//! which bounds the memory.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Results of each thread that may wait for their turn.
const AHEAD: usize = 2;

/// Does all work that there is, and writes the results in the order in which the work was taken.
///
/// # Errors
///
/// The first error of `write`; nothing is written after it.
pub(crate) fn in_order<T, R: Send, E: Send>(
    threads: NonZeroUsize,
    mut next: impl FnMut() -> Option<T> + Send,
    work: impl Fn(T) -> R + Sync,
    mut write: impl FnMut(R) -> Result<(), E> + Send,
) -> Result<(), E> {
    if threads == NonZeroUsize::MIN {
        while let Some(item) = next() {
            write(work(item))?;
        }
        return Ok(());
    }
    let line = Line {
        source: Mutex::new((0, next)),
        sink: Mutex::new(Sink { write, written: 0, waiting: BTreeMap::new(), result: Ok(()) }),
        turn: Condvar::new(),
        most: threads.get().saturating_mul(AHEAD),
        stopped: AtomicBool::new(false),
    };
    thread::scope(|scope| {
        for _ in 1..threads.get() {
            scope.spawn(|| line.run(&work));
        }
        line.run(&work);
    });
    let sink = line.sink.into_inner();
    sink.unwrap_or_else(PoisonError::into_inner).result
}

/// What the threads share.
struct Line<N, R, W, E> {
    /// The number of the next item, and where it comes from.
    source: Mutex<(usize, N)>,
    sink: Mutex<Sink<R, W, E>>,
    /// Something was written, or the work has stopped.
    turn: Condvar,
    /// Results that may be handed in beyond those that were written.
    most: usize,
    stopped: AtomicBool,
}

struct Sink<R, W, E> {
    write: W,
    /// Also the number of the result whose turn it is.
    written: usize,
    waiting: BTreeMap<usize, R>,
    result: Result<(), E>,
}

impl<T, N: FnMut() -> Option<T>, R, W: FnMut(R) -> Result<(), E>, E> Line<N, R, W, E> {
    fn run(&self, work: &impl Fn(T) -> R) {
        // Without the result of a thread that panicked, the turn of the others would never come.
        let _alarm = Alarm(self);
        while let Some((number, item)) = self.take() {
            self.hand_in(number, work(item));
        }
    }

    fn take(&self) -> Option<(usize, T)> {
        let mut source = lock(&self.source);
        if self.stopped.load(Ordering::Relaxed) {
            return None;
        }
        let (taken, next) = &mut *source;
        let item = next()?;
        let number = *taken;
        *taken += 1;
        Some((number, item))
    }

    /// Hands in a result, and writes everything whose turn it is.
    fn hand_in(&self, number: usize, result: R) {
        let mut sink = lock(&self.sink);
        // Whose turn it is never waits.
        while number >= sink.written.saturating_add(self.most)
            && !self.stopped.load(Ordering::Relaxed)
        {
            sink = self.turn.wait(sink).unwrap_or_else(PoisonError::into_inner);
        }
        let Sink { write, written, waiting, result: end } = &mut *sink;
        waiting.insert(number, result);
        while let (Ok(()), Some(result)) = (&end, waiting.remove(written)) {
            *end = write(result);
            *written += 1;
        }
        if end.is_err() {
            self.stopped.store(true, Ordering::Relaxed);
        }
        self.turn.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stops all work if its thread panics.
struct Alarm<'l, N, R, W, E>(&'l Line<N, R, W, E>);

impl<N, R, W, E> Drop for Alarm<'_, N, R, W, E> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stopped.store(true, Ordering::Relaxed);
            // Nobody is between the look at it and the wait.
            drop(lock(&self.0.sink));
            self.0.turn.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    fn threads(number: usize) -> NonZeroUsize {
        NonZeroUsize::new(number).unwrap()
    }

    /// Returns what was written of so many items, each as long as the function says.
    fn run(length: usize, number: usize, micros: fn(usize) -> u64) -> Vec<usize> {
        let (mut items, mut written) = (0..length, Vec::new());
        let work = |item: usize| {
            thread::sleep(Duration::from_micros(micros(item)));
            item
        };
        let write = |item| {
            written.push(item);
            Ok::<(), ()>(())
        };
        assert_eq!(in_order(threads(number), || items.next(), work, write), Ok(()));
        written
    }

    #[test]
    fn results_stay_in_order_at_any_number_of_threads() {
        for length in [0, 1, 2, 3, 7, 100] {
            for number in [1, 2, 3, 16] {
                let expected: Vec<usize> = (0..length).collect();
                assert_eq!(run(length, number, |_| 0), expected);
                // The first of every five takes longest.
                assert_eq!(
                    run(length, number, |item| if item % 5 == 0 { 500 } else { 0 }),
                    expected
                );
            }
        }
    }

    #[test]
    fn no_thread_runs_ahead_of_a_slow_one_by_more_than_is_allowed() {
        let (taken, mut items) = (AtomicUsize::new(0), 0..200);
        let (mut written, mut most) = (0, 0);
        let next = || {
            let item = items.next()?;
            taken.store(item + 1, Ordering::SeqCst);
            Some(item)
        };
        let work = |item| {
            if item == 0 {
                thread::sleep(Duration::from_millis(50));
            }
        };
        let write = |()| {
            most = most.max(taken.load(Ordering::SeqCst) - written);
            written += 1;
            Ok::<(), ()>(())
        };
        assert_eq!(in_order(threads(4), next, work, write), Ok(()));
        assert_eq!(written, 200);
        // Those that wait, and one more in the hands of each thread.
        assert!(most <= 4 * AHEAD + 4, "{most}");
    }

    #[test]
    fn nothing_is_written_after_an_error_and_nobody_waits_for_ever() {
        for number in [1, 2, 4] {
            let (mut items, mut written) = (0..1000, Vec::new());
            let write = |item| {
                if item == 10 {
                    return Err("full");
                }
                written.push(item);
                Ok(())
            };
            let result = in_order(threads(number), || items.next(), |item| item, write);
            assert_eq!(result, Err("full"));
            assert_eq!(written, (0..10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_of_one_thread_ends_the_others() {
        let result = std::panic::catch_unwind(|| {
            let mut items = 0..1000;
            let work = |item| assert!(item != 3, "on purpose");
            in_order(threads(4), || items.next(), work, |()| Ok::<(), ()>(()))
        });
        assert!(result.is_err());
    }
}

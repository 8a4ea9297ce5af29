//! Time rules.

use countersign::Code::{self, *};

use super::super::format::Group;
use super::draft::Draft;
use super::servers::Answer::{Nobody, One};
use super::servers::{KERNEL_1_2_0, MADE, PARTNER, Server, WINDOW, case, group};

/// Distances of the present from the time of the request, in seconds.
type Distances = [(i64, Code)];

pub(super) const PLUS: [(i64, Code); 5] =
    [(119, Ok), (120, TimestampWindow), (0, Ok), (-299, Ok), (-300, TimestampWindow)];
pub(super) const MINUS: [(i64, Code); 4] =
    [(0, TimestampWindow), (299, TimestampWindow), (300, Ok), (100_000, Ok)];
pub(super) const DOCUMENTED: [(i64, Code); 5] =
    [(0, Ok), (299, Ok), (300, TimestampWindow), (-299, Ok), (-300, TimestampWindow)];
pub(super) const UNCHECKED: [(i64, Code); 2] = [(1_000_000, Ok), (-1_000_000, Ok)];

pub(super) fn windows(
    comment: &'static str,
    server: Server,
    time: &'static str,
    distances: &Distances,
) -> Group {
    let mut group = group(comment, "registration", server, time);
    let status = if server.1 == KERNEL_1_2_0.1 { 200 } else { 500 };
    for (distance, code) in distances {
        let answer = if *code == Ok { Nobody } else { One(status, "MSD-RDS-001") };
        let comment = match distance {
            0 => "in the same second".into(),
            1.. => format!("judged {distance} s later"),
            _ => format!("judged {} s earlier", -distance),
        };
        let input = Draft::new().kernel();
        group.add(case(comment, WINDOW, input, *code, answer).at(MADE + distance));
    }
    if time == "+5" {
        // A millisecond decides.
        let late = Draft::new().info("timeStamp", "2020-01-13T12:50:42.001Z").kernel();
        group.add(case("judged 119.999 s later", WINDOW, late, Ok, Nobody).at(MADE + 120));
    }
    group
}

pub(super) fn partner_windows(
    comment: &'static str,
    time: &'static str,
    at: i64,
    error: &'static str,
) -> Group {
    let mut group = group(comment, "registration", PARTNER, time);
    let input = Draft::for_partner().partner();
    group.add(case("outside", WINDOW, input, TimestampWindow, One(200, error)).at(at));
    group
}

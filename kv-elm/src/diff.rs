//! Line differences between two texts, for error messages.

use std::fmt::Write as _;

/// Number of unchanged lines shown before and after a difference.
const CONTEXT: usize = 2;

/// Maximum number of lines shown.
const MAX_LINES: usize = 60;

/// Returns the removed lines with `-`, the added lines with `+`, and some unchanged lines around
/// them.
///
/// If n lines are between the first and the last difference, it takes O(n²) time and memory.
pub(crate) fn lines(old: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let changes = between(&old[start..old.len() - end], &new[start..new.len() - end]);
    let mut all: Vec<(char, &str)> = Vec::new();
    all.extend(old[start.saturating_sub(CONTEXT)..start].iter().map(|line| (' ', *line)));
    all.extend(changes);
    all.extend(old[old.len() - end..].iter().take(CONTEXT).map(|line| (' ', *line)));
    let mut text = format!("  line {}:\n", start.saturating_sub(CONTEXT) + 1);
    let mut shown = 0;
    let mut skipped = false;
    for (at, (mark, line)) in all.iter().enumerate() {
        let near = all[at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(all.len())]
            .iter()
            .any(|(mark, _)| *mark != ' ');
        if !near {
            skipped = true;
            continue;
        }
        if std::mem::take(&mut skipped) {
            text.push_str("  …\n");
        }
        if shown == MAX_LINES {
            text.push_str("  … and more\n");
            break;
        }
        shown += 1;
        let _ = writeln!(text, "  {mark} {line}");
    }
    text
}

/// Compares lines by their longest common subsequence.
fn between<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    /// Limit on the size of the table; above it, all lines count as different.
    const LARGE: usize = 4_000_000;
    let whole = |mark: char, lines: &[&'a str]| lines.iter().map(|line| (mark, *line)).collect::<Vec<_>>();
    if old.len().saturating_mul(new.len()) > LARGE {
        return [whole('-', old), whole('+', new)].concat();
    }
    // `common[a][b]` is the length of the longest common subsequence of `old[a..]` and `new[b..]`.
    let mut common = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            common[a][b] = if old[a] == new[b] {
                common[a + 1][b + 1] + 1
            } else {
                common[a + 1][b].max(common[a][b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut changes = Vec::new();
    while a < old.len() && b < new.len() {
        if old[a] == new[b] {
            changes.push((' ', old[a]));
            a += 1;
            b += 1;
        } else if common[a + 1][b] >= common[a][b + 1] {
            changes.push(('-', old[a]));
            a += 1;
        } else {
            changes.push(('+', new[b]));
            b += 1;
        }
    }
    [changes, whole('-', &old[a..]), whole('+', &new[b..])].concat()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn differences_are_shown_with_context_lines() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        assert_eq!(
            lines(old, "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "  line 3:\n    3\n    4\n  - 5\n  + five\n    6\n    7\n"
        );
        assert_eq!(lines("a\n", "a\nb\n"), "  line 1:\n    a\n  + b\n");
        assert_eq!(lines("a\nb\n", ""), "  line 1:\n  - a\n  - b\n");
    }
}

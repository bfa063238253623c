//! The owner's addresses. An address in a form that Messages never uses would match no
//! message, without any error.

use super::check::Check;
use super::facts::Facts;
use events::Text;

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    let mut owner = facts.config.settings().owner;
    let here = !owner.is_empty();
    if let (false, Ok((state, _))) = (here, &facts.log) {
        owner.clone_from(&state.settings.owner);
    }
    vec![judge(&owner, here)]
}

fn judge(owner: &[Text], here: bool) -> Check {
    const NAME: &str = "owner";
    if owner.is_empty() {
        return Check::fail(
            NAME,
            "no recipient configured",
            "set CODEX_IMESSAGE_TO, or `to` in config.toml, to your own number or Apple ID e-mail",
        );
    }
    let places: Vec<_> = (1..)
        .zip(owner)
        .filter(|(_, address)| is_national(address.reveal()))
        .map(|(nth, _)| nth.to_string())
        .collect();
    if !places.is_empty() {
        return Check::fail(
            NAME,
            format!(
                "address {} of {} has no country code; Messages always stores one",
                places.join(" and "),
                owner.len()
            ),
            "write + and the country code before the number, as in +15555550123",
        );
    }
    let from = if here {
        "from this terminal's settings"
    } else {
        "from the settings of the agent's last start"
    };
    Check::ok(NAME, format!("{} address(es), {from}", owner.len()))
}

/// A telephone number as it is dialled at home. Eleven digits and more may hold their country code.
fn is_national(address: &str) -> bool {
    let digits = address.chars().filter(char::is_ascii_digit).count();
    let number = !address.contains('@') && !address.starts_with('+');
    number && (digits < 11 || address.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_number_without_its_country_is_found_and_not_shown() {
        for (address, verdict) in [
            ("+15555550123", Verdict::Ok),
            ("15555550123", Verdict::Ok),
            ("5555550123", Verdict::Fail),
            ("015555550123", Verdict::Fail),
            ("me5555550123@example.com", Verdict::Ok),
        ] {
            let check = judge(&["+15555550123".into(), address.into()], true);
            assert_eq!(check.verdict, verdict, "{address}");
            assert!(!check.evidence.contains("5555"), "{}", check.evidence);
        }
        assert_eq!(judge(&[], true).verdict, Verdict::Fail);
    }
}

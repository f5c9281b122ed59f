//! Rows of contacts: the mailboxes of units and of leadership.

use std::collections::BTreeSet;

use baocao_domain::regime::Contact;

use super::fault::Faults;
use super::source::Table;
use super::units::{Units, named};

/// The longest e-mail address (RFC 5321, 4.5.3.1.3, without its angle brackets).
pub const EMAIL_LENGTH_MAX: usize = 254;

/// Reads the contacts.
pub(super) fn read(table: &Table, units: &Units, faults: &mut Faults) -> Vec<Contact> {
    let mut seen = BTreeSet::new();
    let mut contacts = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let unit = row.get("unit", faults, |cell| named(cell, units));
        let addressee = row.text("addressee", faults);
        let email = row.get("email", faults, email);
        let (Some(unit), Some(addressee), Some(email)) = (unit, addressee, email) else { continue };
        if !seen.insert((unit.clone(), email.clone())) {
            row.fault(faults, format!("email: the unit {unit} has this mailbox twice; expected each once"));
        }
        contacts.push(Contact { unit, addressee, email });
    }
    contacts
}

/// The shape that can stand in a mail header as it is: one @, no blank, quote, bracket or control character.
fn email(cell: &str) -> Result<String, String> {
    let is_word = |word: &str, also: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c))
    };
    let is_address = cell.split_once('@').is_some_and(|(local, domain)| {
        let is_local = local.split('.').all(|word| is_word(word, "_-+"));
        is_local && domain.contains('.') && domain.split('.').all(|word| is_word(word, "-"))
    });
    if is_address && cell.len() <= EMAIL_LENGTH_MAX {
        return Ok(cell.to_owned());
    }
    let given: String = cell.chars().take(EMAIL_LENGTH_MAX).collect();
    Err(format!("{given:?} is not an address; expected such as stttt@langson.example"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_break_a_mail_header() {
        for (cell, accepted) in [
            ("stttt@langson.example", true),
            ("ubnd.05971@langson.example", true),
            ("", false),
            ("langson.example", false),
            ("a@b", false),
            ("a@@b.example", false),
            ("a@b.example\r\nBcc: c@d.example", false),
            ("a b@c.example", false),
            ("<a@b.example>", false),
            ("a@b..example", false),
            ("Sở@langson.example", false),
        ] {
            assert_eq!(email(cell).is_ok(), accepted, "{cell:?}");
        }
    }
}

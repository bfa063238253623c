//! What other programs say may be long, and only its beginning is passed on. It is redacted
//! where it is understood, which is later.

/// At most so many characters from the beginning, and of a word all or nothing: half of a
/// secret is not recognised as one.
pub fn whole_words(text: &str, most: usize) -> &str {
    let Some((end, next)) = text.char_indices().nth(most) else {
        return text;
    };
    let shown = &text[..end];
    if next.is_whitespace() {
        return shown.trim_end();
    }
    let last = shown.rfind(char::is_whitespace).unwrap_or_default();
    shown[..last].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_passed_on_whole_or_not_at_all() {
        assert_eq!(whole_words("one two", 7), "one two");
        assert_eq!(whole_words("one two three", 7), "one two");
        assert_eq!(whole_words("one two three", 8), "one two");
        assert_eq!(whole_words("one two three", 6), "one");
        assert_eq!(whole_words("één\u{2003}twee", 5), "één");
        assert_eq!(whole_words("onetwo", 5), "");
        assert_eq!(whole_words("", 0), "");
    }
}

//! Questions as the model writes them. The modal tool has `id`, `question` and
//! options with descriptions; the asynchronous one `title` and plain options.

use events::event::{Choice, Question};
use events::private::Text;
use serde::Deserialize;

/// A question in either spelling.
#[derive(Deserialize)]
pub(super) struct Raw {
    id: Option<String>,
    #[serde(alias = "title")]
    question: String,
    options: Option<Vec<RawChoice>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawChoice {
    Plain(String),
    Described {
        label: String,
        #[serde(default)]
        description: String,
    },
}

/// The questions of one call; `None` if there is none, which asks nothing.
pub(super) fn all(raw: Vec<Raw>) -> Option<Vec<Question>> {
    let questions: Vec<Question> = raw.into_iter().enumerate().map(one).collect();
    (!questions.is_empty()).then_some(questions)
}

/// A question without a name is named by its place, counted from 1.
fn one((place, raw): (usize, Raw)) -> Question {
    let options = raw.options.unwrap_or_default();
    Question {
        id: raw.id.unwrap_or_else(|| (place + 1).to_string()),
        text: Text::from(raw.question),
        options: options.into_iter().map(choice).collect(),
    }
}

fn choice(raw: RawChoice) -> Choice {
    let (label, detail) = match raw {
        RawChoice::Plain(label) => (label, String::new()),
        RawChoice::Described { label, description } => (label, description),
    };
    Choice {
        label: Text::from(label),
        detail: Text::from(detail),
    }
}

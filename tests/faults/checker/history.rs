//! What the clients know, from their journals alone.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// One request with what became of it, as far as its client knows.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// The client, which is the unit.
    pub(super) unit: String,
    /// The form.
    pub(super) form: String,
    /// The month.
    pub(super) period: String,
    /// The revision that it was built on; 0 for the first filing.
    pub(super) expected_revision: i64,
    /// Value by procedure and column.
    pub(super) cells: BTreeMap<(String, String), i64>,
    /// The receipt, if one came.
    pub(super) receipt: Option<Value>,
    /// The reason, if it was refused for good.
    pub(super) refused: Option<String>,
}

/// All requests by their ids.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) requests: BTreeMap<String, Request>,
}

impl History {
    /// Reads every journal of a folder.
    pub(super) fn read(folder: &Path) -> Self {
        let mut history = Self::default();
        for entry in std::fs::read_dir(folder).expect("journals") {
            let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("a journal");
            for line in text.lines() {
                history.note(&serde_json::from_str(line).expect("a line of a journal"));
            }
        }
        history
    }

    /// Those that were acknowledged, with their receipts.
    pub(super) fn acknowledged(&self) -> impl Iterator<Item = (&String, &Request, &Value)> {
        self.requests.iter().filter_map(|(id, request)| Some((id, request, request.receipt.as_ref()?)))
    }

    fn note(&mut self, line: &Value) {
        if let Some(sent) = line.get("sent") {
            let known = self.requests.insert(text(&sent["request_id"]), request(sent));
            assert!(known.is_none(), "a client used the same id twice");
            return;
        }
        let id = line.get("acknowledged").or(line.get("refused")).map(text).expect("an answer");
        let request = self.requests.get_mut(&id).expect("answers follow requests");
        match line.get("receipt") {
            Some(receipt) => request.receipt = Some(receipt.clone()),
            None => request.refused = Some(text(&line["reason"])),
        }
    }
}

fn request(sent: &Value) -> Request {
    let columns: Vec<String> = sent["columns"].as_array().expect("columns").iter().map(text).collect();
    let mut cells = BTreeMap::new();
    for row in sent["rows"].as_array().expect("rows") {
        let values = row[1].as_array().expect("values");
        for (column, value) in columns.iter().zip(values) {
            cells.insert((text(&row[0]), column.clone()), value.as_i64().expect("a count"));
        }
    }
    Request {
        unit: text(&sent["unit"]),
        form: text(&sent["form"]),
        period: text(&sent["period"]),
        expected_revision: sent["expected_revision"].as_i64().unwrap_or(0),
        cells,
        receipt: None,
        refused: None,
    }
}

/// A text of a JSON value.
pub(super) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

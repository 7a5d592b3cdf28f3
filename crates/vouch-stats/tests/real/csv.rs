//! As much of CSV (RFC 4180) as the data sets need.

/// The records of a file, without the first.
pub(crate) fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let record = records.last_mut().expect("there is always a record");
        let field = record.last_mut().expect("there is always a field");
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => records.push(vec![String::new()]),
            other => field.push(other),
        }
    }
    records.retain(|record| record.len() > 1 || !record[0].is_empty());
    records.split_off(1)
}

#[test]
fn quotes_hold_commas_lines_and_quotes() {
    let found = records("a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n2,\n");
    assert_eq!(found, [["1", "x, \"y\"\nz"], ["2", ""]]);
}

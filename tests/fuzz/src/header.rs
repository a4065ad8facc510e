use domain::headers::{
    CustomHeader, CustomHeaderName, CustomHeaderValue, CustomHeaders, HEADERS_MAX, TOTAL_MAX_BYTES,
    header_value,
};

/// Custom headers as lines of `name:value`. What is taken is sent as it was written, ends no line, has no reserved name,
/// and is within the bounds.
///
/// # Panics
/// If that does not hold.
pub fn header(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let headers: Vec<_> = text.split('\n').filter_map(line).collect();
    let Ok(taken) = CustomHeaders::new(headers.clone()) else {
        return;
    };
    assert!(headers.len() <= HEADERS_MAX);
    assert!(taken.iter().eq(headers.iter()), "in the given order");
    let mut total = 0;
    for (index, header) in taken.iter().enumerate() {
        let name = header.name.name();
        assert_eq!(taken.position(name), Some(index), "each name once");
        total += name.as_str().len();
        if let CustomHeaderValue::Plain(value) = &header.value {
            total += value.len();
        }
    }
    assert!(total <= TOTAL_MAX_BYTES);
}

fn line(line: &str) -> Option<CustomHeader> {
    let (name, value) = line.split_once(':')?;
    let taken = CustomHeaderName::parse(name).ok().inspect(|taken| {
        assert_eq!(taken.as_written(), name);
        let sent = taken.name().as_str();
        assert_eq!(sent, name.to_ascii_lowercase());
        assert!(!sent.starts_with("webhook-") && !sent.starts_with("proxy-"));
        assert!(!["host", "content-length", "transfer-encoding", "connection"].contains(&sent));
    });
    let value = header_value(value).ok().inspect(|taken| {
        assert_eq!(taken.as_bytes(), value.as_bytes());
        assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    });
    Some(CustomHeader {
        name: taken?,
        value: CustomHeaderValue::Plain(value?),
    })
}

package io.mediakeep.metrics;

import java.util.ArrayList;
import java.util.List;

/** The words that say why something failed. {@code docs/operations.md} says what to do about each. */
public final class Reasons {
    /** The guard refused the URL before any connection to it. */
    public static final List<String> GUARD = List.of(
            "url_host",
            "url_address",
            "url_scheme",
            "url_port",
            "url_userinfo",
            "url_syntax",
            "url_length",
            "url_redirect");

    /** A copy failed otherwise. */
    public static final List<String> TRANSFER = List.of(
            "url_expired",
            "dns",
            "connect",
            "tls",
            "throttled",
            "resp_status",
            "resp_type",
            "resp_length",
            "resp_truncated",
            "resp_too_slow",
            "resp_too_large",
            "resp_ambiguous",
            "resp_encoding",
            "resp_checksum",
            "object_conflict",
            "storage_refused",
            "internal",
            "refused",
            "provider_off");

    /** Trouble with the bucket: never the end of a copy. */
    public static final String STORAGE = "storage";

    /** A callback, an item of a poll or a task. */
    public static final List<String> PAYLOAD = List.of(
            "payload_syntax",
            "payload_encoding",
            "payload_limits",
            "payload_shape",
            "payload_schema",
            "mapping",
            "id_invalid",
            "no_output",
            "poison",
            "status_unknown",
            "task_unknown",
            "watch_timeout");

    private Reasons() {}

    /** Of an attempt to copy. */
    public static List<String> ofCopies() {
        List<String> reasons = new ArrayList<>(GUARD);
        reasons.addAll(TRANSFER);
        reasons.add(STORAGE);
        return reasons;
    }

    /** Of a dead letter. */
    public static List<String> ofDeadLetters() {
        List<String> reasons = new ArrayList<>(GUARD);
        reasons.addAll(TRANSFER);
        reasons.addAll(PAYLOAD);
        return reasons;
    }
}

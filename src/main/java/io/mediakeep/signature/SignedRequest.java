package io.mediakeep.signature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A request as it came over the wire. Shares the body with the caller, who must not change it.
 *
 * @param path     raw, percent-encoded as received; empty where there is none
 * @param rawQuery raw, without the question mark; null or empty where there is none
 * @param headers  one entry per header line in the list; names are looked up without regard to case
 * @param body     the exact bytes
 */
public record SignedRequest(
        String method, String path, String rawQuery, Map<String, List<String>> headers, byte[] body) {
    private static final Pattern TEXT = Pattern.compile("[ -~]{1,8192}");

    public SignedRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(body, "body");
        rawQuery = rawQuery == null ? "" : rawQuery;
        Map<String, List<String>> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, lines) -> byName.merge(name, List.copyOf(lines), (a, b) -> {
            List<String> both = new ArrayList<>(a);
            both.addAll(b);
            return List.copyOf(both);
        }));
        headers = Collections.unmodifiableMap(byName);
    }

    /** Whether the request has this header, in any spelling. */
    boolean has(String name) {
        return !headers.getOrDefault(name, List.of()).isEmpty();
    }

    /**
     * The value of a header that must be there exactly once: of two, a proxy and we could look at different ones.
     *
     * @throws SignatureRejectedException if it is missing or was sent twice
     */
    String single(String name) throws SignatureRejectedException {
        return optional(name).orElseThrow(() -> SignatureRejectedException.invalid("header " + name + " is missing"));
    }

    /**
     * Like {@link #single}, for a value that becomes a part of what is signed or a signature.
     *
     * @throws SignatureRejectedException also if it is empty, too long, or has others than the printable characters of ASCII
     */
    String text(String name) throws SignatureRejectedException {
        String value = single(name);
        if (!TEXT.matcher(value).matches()) {
            throw SignatureRejectedException.invalid(
                    "header " + name + " must be 1 to 8192 printable characters of ASCII");
        }
        return value;
    }

    /** @throws SignatureRejectedException if it was sent twice */
    Optional<String> optional(String name) throws SignatureRejectedException {
        List<String> lines = headers.getOrDefault(name, List.of());
        if (lines.size() > 1) {
            throw SignatureRejectedException.invalid("header " + name + " was sent " + lines.size() + " times");
        }
        return lines.stream().findFirst();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignedRequest that
                && method.equals(that.method)
                && path.equals(that.path)
                && rawQuery.equals(that.rawQuery)
                && headers.equals(that.headers)
                && Arrays.equals(body, that.body);
    }

    @Override
    public int hashCode() {
        return Objects.hash(method, path, rawQuery, headers, Arrays.hashCode(body));
    }

    /** Without path, query and headers: each may hold a secret. */
    @Override
    public String toString() {
        return "SignedRequest[" + method + ", " + body.length + " bytes]";
    }
}

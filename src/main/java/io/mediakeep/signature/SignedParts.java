package io.mediakeep.signature;

import io.mediakeep.digest.Digests;
import io.mediakeep.event.StrictJson;
import io.mediakeep.event.TaskIds;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.settings.SignatureSettings;
import io.mediakeep.settings.SignatureSettings.Content;
import io.mediakeep.settings.SignatureSettings.Encoding;
import io.mediakeep.settings.SignatureSettings.Value;
import io.mediakeep.settings.SignedContent.Part;
import io.mediakeep.settings.SignedContent.Word;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Takes out of a request what is signed and what is said to be its signature, after a template. Immutable, thread-safe. */
final class SignedParts {
    private static final int MAX_ENTRIES = 16;

    /** No dot: the signed text {@code id.timestamp.body} would be ambiguous. */
    private static final Pattern VALID_ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    private final StrictJson json = new StrictJson();
    private final String name;
    private final Value value;
    private final Content content;
    private final SignedTime time;
    private final String publicPath;

    /** @param publicPath of the callback URL as the provider knows it; null for the path as received */
    SignedParts(SignatureSettings settings, SignedTime time, String publicPath) {
        this.name = settings.name();
        this.value = settings.value();
        this.content = settings.content();
        this.time = time;
        this.publicPath = publicPath;
    }

    /**
     * @param signed     the content, in pieces
     * @param signatures without their prefixes
     */
    record Read(byte[][] signed, List<String> signatures, Optional<String> id) {}

    /** @throws SignatureRejectedException if a header is missing or malformed, or the signed time is not near now */
    Read read(SignedRequest request) throws SignatureRejectedException {
        boolean timed = content.time() != null;
        if (!request.has(value.header())
                && !(content.idHeader() != null && request.has(content.idHeader()))
                && !(timed && request.has(content.time().header()))) {
            throw SignatureRejectedException.missing(name);
        }
        String id = content.idHeader() == null ? null : request.text(content.idHeader());
        String stamp = timed ? request.text(content.time().header()) : null;
        List<String> entries = entries(request.text(value.header()));
        if (id != null && !VALID_ID.matcher(id).matches()) {
            throw SignatureRejectedException.invalid(
                    "header " + content.idHeader() + " must be 1 to 128 letters, digits, hyphens or underscores");
        }
        String timestamp = timed ? timestamp(stamp, entries) : null;
        if (timed) {
            time.check(content.time().header(), timestamp, content.time().unit());
        }
        return new Read(signed(request, id, timestamp), starting(entries, value.prefix()), Optional.ofNullable(id));
    }

    /** Why none of the signatures is right. */
    SignatureRejectedException mismatch() {
        return SignatureRejectedException.invalid(
                value.separator().isEmpty()
                        ? "header " + value.header() + " does not match"
                        : "no entry of header " + value.header() + " matches");
    }

    private List<String> entries(String header) {
        if (value.separator().isEmpty()) {
            return List.of(header);
        }
        // One more than are looked at: the rest stays one piece.
        String[] all = header.split(Pattern.quote(value.separator()), MAX_ENTRIES + 1);
        return Arrays.stream(all)
                .limit(MAX_ENTRIES)
                .map(entry -> value.separator().equals(" ") ? entry : entry.stripLeading())
                .toList();
    }

    private static List<String> starting(List<String> entries, String prefix) {
        return entries.stream()
                .filter(entry -> entry.startsWith(prefix))
                .map(entry -> entry.substring(prefix.length()))
                .toList();
    }

    private String timestamp(String header, List<String> entries) throws SignatureRejectedException {
        String prefix = content.time().prefix();
        boolean inEntries = content.time().header().equalsIgnoreCase(value.header());
        List<String> times = starting(inEntries ? entries : List.of(header), prefix);
        if (times.size() != 1) {
            throw SignatureRejectedException.invalid(
                    "header " + content.time().header() + " must have one " + prefix + ", but has " + times.size());
        }
        return times.get(0);
    }

    private byte[][] signed(SignedRequest request, String id, String timestamp) throws SignatureRejectedException {
        List<byte[]> pieces = new ArrayList<>();
        List<Part> parts = content.template().parts();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (part.word() == Word.BODY) {
                pieces.add(request.body());
            } else if (part.word() == null) {
                pieces.add(part.text().getBytes(StandardCharsets.UTF_8));
            } else {
                String text = text(part, request, id, timestamp);
                if (part.word() == Word.HEADER || part.word() == Word.QUERY) {
                    checkBounds(
                            part,
                            text,
                            i == 0 ? null : parts.get(i - 1),
                            i + 1 == parts.size() ? null : parts.get(i + 1));
                }
                pieces.add(text.getBytes(StandardCharsets.UTF_8));
            }
        }
        return pieces.toArray(byte[][]::new);
    }

    private String text(Part part, SignedRequest request, String id, String timestamp)
            throws SignatureRejectedException {
        return switch (part.word()) {
            case ID -> id;
            case TIMESTAMP -> timestamp;
            case BODY_SHA256 -> Digests.sha256(request.body());
            case BODY_SHA256_BASE64 ->
                Texts.encode(Encoding.BASE64, Digests.newSha256().digest(request.body()));
            case METHOD -> request.method();
            case PATH -> publicPath == null ? request.path() : publicPath;
            case QUERY -> request.rawQuery();
            case TASK_ID -> taskId(request.body());
            case HEADER -> request.text(part.text());
            case BODY -> throw new IllegalStateException("bytes");
        };
    }

    /** A value that has what parts it from its neighbour could be moved into it: another request, the same content. */
    private static void checkBounds(Part part, String text, Part before, Part after) throws SignatureRejectedException {
        boolean free = before != null
                        && text.indexOf(before.text().charAt(before.text().length() - 1)) >= 0
                || after != null && text.indexOf(after.text().charAt(0)) >= 0;
        if (free) {
            throw SignatureRejectedException.invalid(
                    (part.word() == Word.HEADER ? "header " + part.text() : "the query")
                            + " holds what parts the signed values");
        }
    }

    /** Products differ in the spelling; with both in one body it would be open which of them is signed. */
    private String taskId(byte[] body) throws SignatureRejectedException {
        try {
            if (json.readObject(body).get("data") instanceof Map<?, ?> data
                    && data.containsKey("task_id") != data.containsKey("taskId")) {
                return TaskIds.of(data.containsKey("task_id") ? data.get("task_id") : data.get("taskId"));
            }
        } catch (FinalFailure e) {
            throw SignatureRejectedException.invalid("the body has no task id to verify: " + e.getMessage());
        }
        throw SignatureRejectedException.invalid("the body must have either data.task_id or data.taskId");
    }
}

package io.mediakeep.provider;

import io.mediakeep.event.StrictJson;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.provider.ProviderException.Kind;
import io.mediakeep.settings.Settings;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads the answers of providers' APIs: the HTTP status, the code in the body that may say something else, and the body.
 * Which code means what is a setting per provider: {@code mediakeep.<p>.codes.ok}, {@code .refused}, {@code .throttled},
 * {@code .not-found}, and where it stands {@code .in}. Thread-safe.
 */
public final class ApiAnswers {
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    private final Settings settings;
    private final Clock clock;
    /** A page may hold many tasks with long prompts. */
    private final StrictJson json = new StrictJson(2_000_000, 100_000);

    private final Map<String, Codes> codes = new ConcurrentHashMap<>();

    public ApiAnswers(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    private record Codes(List<String> in, Set<String> ok, Map<Kind, Set<String>> kinds) {}

    /**
     * The body of a good answer, as maps and lists.
     *
     * @param status     HTTP status
     * @param retryAfter header of that name, null for none
     * @throws ProviderException for every other answer
     */
    public Map<String, Object> read(String provider, int status, String retryAfter, byte[] body) {
        Map<String, Object> answer = null;
        String problem = "HTTP " + status;
        try {
            answer = json.readObject(body == null ? new byte[0] : body);
        } catch (FinalFailure e) {
            problem += ", no JSON object";
        }
        Codes known = codes.computeIfAbsent(provider, this::codes);
        String code = answer == null ? null : code(answer, known.in());
        if (code != null) {
            problem += ", code " + (code.matches("[A-Za-z0-9_]{1,40}") ? code : "?");
            for (Map.Entry<Kind, Set<String>> kind : known.kinds().entrySet()) {
                if (kind.getValue().contains(code)) {
                    throw new ProviderException(kind.getKey(), problem, pause(retryAfter));
                }
            }
        }
        boolean ok = known.ok().isEmpty() || code != null && known.ok().contains(code);
        if (status >= 200 && status < 300 && ok && answer != null) {
            return answer;
        }
        throw new ProviderException(kind(status), problem, pause(retryAfter));
    }

    /** Like {@link #read}, but null where the provider knows no such task. */
    public Map<String, Object> find(String provider, int status, String retryAfter, byte[] body) {
        try {
            return read(provider, status, retryAfter, body);
        } catch (ProviderException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    /**
     * The items of a page; null is an empty page.
     *
     * @throws ProviderException if it is no list: the answer has another shape than it should, which must not look like
     *     "nothing there"
     */
    public List<?> items(Object found) {
        if (found == null) {
            return List.of();
        }
        if (found instanceof List<?> list) {
            return list;
        }
        throw new ProviderException(Kind.TROUBLE, "the answer holds no list of tasks", null);
    }

    private static Kind kind(int status) {
        return switch (status) {
            case 401, 403 -> Kind.REFUSED;
            case 404, 410 -> Kind.NOT_FOUND;
            case 429 -> Kind.THROTTLED;
            default -> Kind.TROUBLE;
        };
    }

    private Codes codes(String provider) {
        String prefix = "mediakeep." + provider + ".codes.";
        Map<Kind, Set<String>> kinds = new EnumMap<>(Kind.class);
        kinds.put(Kind.REFUSED, Set.copyOf(settings.list(prefix + "refused")));
        kinds.put(Kind.THROTTLED, Set.copyOf(settings.list(prefix + "throttled")));
        kinds.put(Kind.NOT_FOUND, Set.copyOf(settings.list(prefix + "not-found")));
        List<String> in = settings.list(prefix + "in");
        return new Codes(in.isEmpty() ? List.of("code") : in, Set.copyOf(settings.list(prefix + "ok")), kinds);
    }

    /** @param in where it may stand, members of members with dots between; the first that is there counts */
    private static String code(Map<String, Object> answer, List<String> in) {
        for (String path : in) {
            Object value = answer;
            for (String member : path.split("\\.")) {
                value = value instanceof Map<?, ?> map ? map.get(member) : null;
            }
            if (value != null && !(value instanceof Map) && !(value instanceof List)) {
                return value.toString();
            }
        }
        return null;
    }

    /** Seconds or an HTTP date; at most an hour, because a wrong clock must not stop the polls for good. */
    private Duration pause(String retryAfter) {
        if (retryAfter == null) {
            return null;
        }
        Duration pause;
        try {
            pause = retryAfter.strip().matches("\\d{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(retryAfter.strip()))
                    : Duration.between(
                            clock.instant(),
                            ZonedDateTime.parse(retryAfter.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
        } catch (DateTimeException e) {
            return null;
        }
        if (pause.isNegative()) {
            return null;
        }
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
}

package io.mediakeep.operate;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.event.StrictJson;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.event.TaskIds;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.fetch.HostPatterns;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.DeadLetterLedger.Replay;
import io.mediakeep.ledger.DeadLetterLedger.Replays;
import io.mediakeep.ledger.HostLedger;
import io.mediakeep.ledger.LedgerQueries;
import io.mediakeep.ledger.LedgerQueries.Page;
import io.mediakeep.ledger.LedgerQueries.Summary;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.ledger.VitalsLedger.Snapshot;
import io.mediakeep.metrics.Reasons;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answers of the API. Paths and query strings come as they were on the wire. Thread-safe. */
public final class Api {
    private static final Logger LOG = LoggerFactory.getLogger(Api.class);
    private static final int DEFAULT_LIMIT = 50;
    private static final int MOST = 500;
    private static final int MOST_REPLAYED = 10_000;
    private static final List<String> STATUSES = List.of("submitted", "processing", "failed", "succeeded");
    private static final List<String> STATES = List.of("due", "copying", "stored", "dead");

    private final LedgerQueries queries;
    private final TaskLedger tasks;
    private final DeadLetterLedger deadLetters;
    private final HostLedger hosts;
    private final Providers providers;
    private final TaskEventReader events;
    private final Vitals vitals;
    private final Standing standing;
    private final ObjectLinks links;
    private final Clock clock;
    private final StrictJson json = new StrictJson();

    public Api(
            LedgerQueries queries,
            TaskLedger tasks,
            DeadLetterLedger deadLetters,
            HostLedger hosts,
            Providers providers,
            TaskEventReader events,
            Vitals vitals,
            Standing standing,
            ObjectLinks links,
            Clock clock) {
        this.queries = queries;
        this.tasks = tasks;
        this.deadLetters = deadLetters;
        this.hosts = hosts;
        this.providers = providers;
        this.events = events;
        this.vitals = vitals;
        this.standing = standing;
        this.links = links;
        this.clock = clock;
    }

    /** {@code GET /api/tasks}. */
    public Map<String, Object> tasks(String query) throws ApiException {
        Map<String, String> asked = query(query, Set.of("provider", "status", "limit", "after", "with", "find"));
        String status = word(asked, "status", STATUSES);
        String with = word(asked, "with", List.of("outputs"));
        return page(() -> {
            Page page = asked.containsKey("find")
                    ? new Page(queries.find(asked.get("provider"), find(asked), limit(asked)), null)
                    : queries.tasks(asked.get("provider"), status, asked.get("after"), limit(asked));
            if (with != null) {
                queries.addOutputs(page.items());
                page.items().forEach(task -> addLinks(task, "outputs"));
            }
            return page;
        });
    }

    /** {@code GET /api/tasks/{provider}/{taskId}}. */
    public Map<String, Object> task(String path) throws ApiException {
        String[] parts = path.split("/", -1);
        String provider = parts.length == 5 ? ApiQuery.decode(parts[3]) : "";
        String taskId = parts.length == 5 ? ApiQuery.decode(parts[4]) : "";
        Map<String, Object> task =
                queries.task(provider, taskId).orElseThrow(() -> new ApiException(404, "no such task"));
        addLinks(task, "media");
        return task;
    }

    /** Links that a browser can follow to what is stored of a task. */
    @SuppressWarnings("unchecked")
    private void addLinks(Map<String, Object> task, String under) {
        for (Map<String, Object> media : (List<Map<String, Object>>) task.get(under)) {
            media.put(
                    "link",
                    media.get("objectKey") == null
                            ? null
                            : links.link((String) task.get("provider"), (String) task.get("taskId"), (String)
                                    media.get("key")));
        }
    }

    /** {@code POST /api/tasks/{provider}} with a {@code taskId} and perhaps a {@code product}: watches the task. */
    public Map<String, Object> watch(String path, byte[] body) throws ApiException {
        Map<String, Object> given = object(body);
        return watch(provider(path).name(), given);
    }

    /** A message at {@code mediakeep.watch.from} with {@code provider}, {@code taskId} and perhaps a {@code product}. */
    public Map<String, Object> watch(byte[] body) throws ApiException {
        Map<String, Object> given = object(body);
        String name = String.valueOf(given.get("provider"));
        return watch(
                providers
                        .find(name)
                        .orElseThrow(() -> new ApiException(404, "no such provider is enabled"))
                        .name(),
                given);
    }

    /** {@code GET /api/media}. */
    public Map<String, Object> media(String query) throws ApiException {
        Map<String, String> asked = query(query, Set.of("state", "provider", "limit", "after"));
        String state = word(asked, "state", STATES);
        return page(() -> queries.media(state, asked.get("provider"), asked.get("after"), limit(asked)));
    }

    /** {@code GET /api/at-risk}. */
    public Map<String, Object> atRisk(String query) throws ApiException {
        return Map.of("items", queries.atRisk(limit(query(query, Set.of("limit")))));
    }

    /** {@code GET /api/dead-letters}. */
    public Map<String, Object> deadLetters(String query) throws ApiException {
        Map<String, String> asked = query(query, Set.of("reason", "provider", "limit", "after"));
        return page(() ->
                queries.deadLetters(asked.get("provider"), asked.get("reason"), asked.get("after"), limit(asked)));
    }

    /** {@code POST /api/dead-letters/{id}/replay}. */
    public Map<String, Object> replay(String path) throws ApiException {
        String[] parts = path.split("/", -1);
        String id = parts.length == 5 ? parts[3] : "";
        if (!id.matches("\\d{1,18}")) {
            throw new ApiException(404, "no such dead letter");
        }
        Replay replay = deadLetters.replay(Long.parseLong(id), this::hindrance);
        if (replay.why() != null) {
            throw new ApiException(409, "a replay could have no effect: " + replay.why());
        }
        if (replay.replayed() == null) {
            throw new ApiException(404, "no such open dead letter");
        }
        return Map.of("replayed", 1);
    }

    /** {@code POST /api/dead-letters/replay}: all that match. A filter that names nothing must not match everything. */
    public Map<String, Object> replayAll(String query) throws ApiException {
        Map<String, String> asked = ApiQuery.filters(query, Set.of("reason", "provider"));
        String reason = asked.get("reason");
        String provider = asked.get("provider");
        if (reason != null && !Reasons.ofDeadLetters().contains(reason) && !isOpen(null, reason)) {
            throw new ApiException(
                    400, "'reason' must be the reason of a dead letter, as docs/operations.md names them");
        }
        if (provider != null && !providers.isKnown(provider) && !isOpen(provider, null)) {
            throw new ApiException(400, "'provider' must be a provider that the settings name");
        }
        Replays replays = deadLetters.replay(provider, reason, MOST_REPLAYED, this::hindrance);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("replayed", replays.replayed().size());
        answer.put(
                "skipped",
                replays.skipped().values().stream().mapToInt(Integer::intValue).sum());
        answer.put("why", replays.skipped());
        return answer;
    }

    private boolean isOpen(String provider, String reason) {
        return !queries.deadLetters(provider, reason, null, 1).items().isEmpty();
    }

    /** Why a replay would come to nothing, or to the same letter again, whatever the provider says. */
    private Optional<String> hindrance(String kind, String name, boolean mustBeRead) {
        Optional<ProviderSettings> provider = providers.find(name);
        if (provider.isEmpty()) {
            return Optional.of(
                    providers.isKnown(name)
                            ? name + " is switched off; set mediakeep." + name + ".enabled = true"
                            : "the settings name no provider " + name);
        }
        return mustBeRead && !provider.get().readable()
                ? Optional.of("tasks of " + name + " cannot be read; set mediakeep." + name + ".api-key")
                : Optional.empty();
    }

    /** {@code GET /api/hosts/{provider}}: where its media may come from, and hosts that were refused. */
    public Map<String, Object> hosts(String path) throws ApiException {
        ProviderSettings provider = provider(path);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("provider", provider.name());
        answer.put("configured", HostPatterns.parse(provider.mediaHosts()).toList());
        answer.putAll(hosts.list(provider.name()));
        return answer;
    }

    /** {@code POST /api/hosts/{provider}} with a {@code host}: media of this provider may come from it too. */
    public Map<String, Object> acceptHost(String path, byte[] body) throws ApiException {
        String provider = provider(path).name();
        String host = host(object(body).get("host"));
        int media = hosts.accept(provider, host);
        LOG.info("{} is accepted as a host of {}; {} media go on", host, provider, media);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("provider", provider);
        answer.put("host", host);
        answer.put("media", media);
        return answer;
    }

    private static String host(Object given) throws ApiException {
        String host = given instanceof String text ? text.strip().toLowerCase(Locale.ROOT) : "";
        try {
            if (host.length() <= 253 && host.indexOf('*') < 0 && host.indexOf(',') < 0) {
                HostPatterns.parse(host);
                return host;
            }
        } catch (IllegalArgumentException e) {
            // As below.
        }
        throw new ApiException(400, "'host' must be one host name such as cdn.example.com, without wildcard or port");
    }

    /** {@code GET /api/summary}. */
    public Map<String, Object> summary() throws ApiException {
        Summary found;
        Map<String, Long> oldestReads;
        try {
            found = queries.summary();
            oldestReads = queries.oldestDueReads();
        } catch (LedgerUnavailableException e) {
            throw new ApiException(
                    503, "the ledger cannot be reached; callbacks are answered 503, so that providers send them again");
        }
        Optional<Snapshot> seen = vitals.last();
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("at", clock.instant().toString());
        summary.put("nearestExpiry", time(Optional.ofNullable(found.nearestExpiry())));
        summary.put("callbacksWaiting", found.callbacksWaiting());
        summary.put("storage", Collections.singletonMap("problem", standing.storageProblem()));
        summary.put("ledger", Collections.singletonMap("problem", standing.ledgerProblem()));
        summary.put("announcements", Collections.singletonMap("oldestUnsent", time(seen.map(Snapshot::oldestUnsent))));
        Map<String, Long> reasons = new LinkedHashMap<>();
        found.deadLetters().values().forEach(byReason -> byReason.forEach((r, n) -> reasons.merge(r, n, Long::sum)));
        summary.put("deadLetters", reasons);
        Map<String, Object> perProvider = new LinkedHashMap<>();
        for (ProviderSettings provider : providers.all()) {
            perProvider.put(provider.name(), summary(found, seen, provider, oldestReads.get(provider.name())));
        }
        summary.put("providers", perProvider);
        return summary;
    }

    /** The name of the enabled provider in {@code /api/tasks/{provider}} or {@code /api/normalize/{provider}}. */
    public String providerName(String path) throws ApiException {
        return provider(path).name();
    }

    private ProviderSettings provider(String path) throws ApiException {
        String[] parts = path.split("/", -1);
        return providers
                .find(parts.length == 4 ? ApiQuery.decode(parts[3]) : "")
                .orElseThrow(() -> new ApiException(404, "no such provider is enabled"));
    }

    /** A sample payload for {@code POST /api/normalize/{provider}}, as maps and lists. */
    public Map<String, Object> sample(byte[] body) throws ApiException {
        return object(body);
    }

    /** The canonical event of what a mapping made; stores nothing. */
    public Map<String, Object> event(String provider, Object mapped) throws ApiException {
        try {
            TaskEvent event = events.read(provider, mapped);
            return event.toMap();
        } catch (FinalFailure e) {
            throw new ApiException(422, e.reason() + ": " + e.getMessage());
        }
    }

    private Map<String, Object> watch(String provider, Map<String, Object> given) throws ApiException {
        if (!providers.get(provider).readable()) {
            throw new ApiException(409, "tasks of " + provider + " cannot be read without an api-key");
        }
        try {
            String taskId = TaskIds.of(given.get("taskId"));
            String product =
                    given.get("product") instanceof String text && text.matches("[a-z0-9/-]{1,60}") ? text : null;
            boolean added = tasks.watch(provider, taskId, product);
            return Map.of("provider", provider, "taskId", taskId, "status", added ? "watching" : "known");
        } catch (FinalFailure e) {
            throw new ApiException(400, e.getMessage());
        }
    }

    private Map<String, Object> object(byte[] body) throws ApiException {
        try {
            return json.readObject(body == null ? new byte[0] : body);
        } catch (FinalFailure e) {
            throw new ApiException(400, "the body must be a JSON object: " + e.getMessage());
        }
    }

    private static Map<String, Object> summary(
            Summary found, Optional<Snapshot> seen, ProviderSettings settings, Long oldestRead) {
        String provider = settings.name();
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("tasks", counts(found.tasks().get(provider), STATUSES));
        summary.put("media", counts(found.media().get(provider), STATES));
        Map<String, Object> callbacks =
                new LinkedHashMap<>(counts(found.streams().get(provider), List.of("seen", "missed")));
        callbacks.put(
                "missedLately",
                seen.map(last -> last.missed().getOrDefault(provider, 0L)).orElse(null));
        callbacks.put("expected", settings.callbackToken().isPresent());
        summary.put("callbacks", callbacks);
        summary.put(
                "deadLetters",
                found.deadLetters().getOrDefault(provider, Map.of()).values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
        summary.put(
                "waitsForHost",
                seen.map(last -> last.hosts().getOrDefault(provider, 0L)).orElse(null));
        summary.put("polls", found.polls().getOrDefault(provider, List.of()));
        summary.put("oldestDueRead", time(Optional.ofNullable(oldestRead)));
        return summary;
    }

    private static String time(Optional<Long> millis) {
        return millis.map(Instant::ofEpochMilli).map(Instant::toString).orElse(null);
    }

    private static Map<String, Long> counts(Map<String, Long> found, List<String> names) {
        Map<String, Long> counts = new LinkedHashMap<>();
        names.forEach(name -> counts.put(name, found == null ? 0L : found.getOrDefault(name, 0L)));
        return counts;
    }

    private interface PageSource {
        Page get() throws ApiException;
    }

    private static Map<String, Object> page(PageSource source) throws ApiException {
        try {
            Page page = source.get();
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("items", page.items());
            answer.put("next", page.next());
            return answer;
        } catch (IllegalArgumentException e) {
            throw new ApiException(400, "'after' must be the 'next' of the page before");
        }
    }

    /** A search has one page, which says nothing of a status. */
    private static String find(Map<String, String> asked) throws ApiException {
        String text = asked.get("find").strip();
        if (text.isEmpty() || text.length() > 256 || asked.containsKey("status") || asked.containsKey("after")) {
            throw new ApiException(400, "'find' must be a text of 1 to 256 characters, without 'status' and 'after'");
        }
        return text;
    }

    private static int limit(Map<String, String> asked) throws ApiException {
        String limit = asked.get("limit");
        if (limit == null) {
            return DEFAULT_LIMIT;
        }
        if (!limit.matches("\\d{1,4}") || Integer.parseInt(limit) < 1 || Integer.parseInt(limit) > MOST) {
            throw new ApiException(400, "'limit' must be a whole number from 1 to " + MOST);
        }
        return Integer.parseInt(limit);
    }

    private static String word(Map<String, String> asked, String name, List<String> words) throws ApiException {
        String value = asked.get(name);
        if (value != null && !words.contains(value)) {
            throw new ApiException(400, "'" + name + "' must be one of " + String.join(", ", words));
        }
        return value;
    }

    static Map<String, String> query(String query, Set<String> known) throws ApiException {
        Map<String, String> asked = ApiQuery.filters(query, known, false);
        asked.values().removeIf(String::isEmpty);
        return asked;
    }

    /** Like {@link #query}, but each parameter that is there has a value, and once. */
}

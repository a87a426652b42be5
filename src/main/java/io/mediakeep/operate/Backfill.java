package io.mediakeep.operate;

import io.mediakeep.ledger.PollLedger;
import io.mediakeep.ledger.PollLedger.Walked;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks the lists of a provider again from their beginning, as far back as it keeps media. The polls do it, at their interval
 * and within the provider's limits; what is found and not stored yet is copied nearest expiry first. Thread-safe.
 */
public final class Backfill {
    private static final Logger LOG = LoggerFactory.getLogger(Backfill.class);

    private final PollLedger ledger;
    private final Function<String, List<String>> polled;
    private final Providers providers;

    /** @param polled the lists of a provider that can be polled */
    public Backfill(PollLedger ledger, Function<String, List<String>> polled, Providers providers) {
        this.ledger = ledger;
        this.polled = polled;
        this.providers = providers;
    }

    /** {@code POST /api/backfill/{provider}}. */
    public Map<String, Object> begin(String path) throws ApiException {
        ProviderSettings provider = provider(path);
        List<String> lists = lists(provider);
        lists.forEach(list -> ledger.afresh(provider.name(), list));
        LOG.info(
                "The {} lists of {} are walked again, back to {} ago", lists.size(), provider.name(), provider.reach());
        return answer(provider, lists);
    }

    /** {@code GET /api/backfill/{provider}}: how far that is. */
    public Map<String, Object> progress(String path) throws ApiException {
        ProviderSettings provider = provider(path);
        return answer(provider, lists(provider));
    }

    private ProviderSettings provider(String path) throws ApiException {
        return providers
                .find(path.substring(path.lastIndexOf('/') + 1))
                .orElseThrow(() -> new ApiException(404, "no such provider is enabled"));
    }

    private List<String> lists(ProviderSettings provider) throws ApiException {
        List<String> lists = polled.apply(provider.name());
        if (lists.isEmpty()) {
            throw new ApiException(
                    409,
                    provider.readable()
                            ? provider.name() + " has no list to walk; name its tasks with POST /api/tasks"
                            : "lists of " + provider.name() + " cannot be read; set mediakeep." + provider.name()
                                    + ".api-key");
        }
        return lists;
    }

    private Map<String, Object> answer(ProviderSettings provider, List<String> lists) {
        Map<String, Walked> walked = ledger.walked(provider.name());
        List<Map<String, Object>> items = new ArrayList<>();
        for (String list : lists) {
            Walked known = walked.getOrDefault(list, new Walked(null, null));
            Map<String, Object> item = new LinkedHashMap<>();
            item.put("list", list);
            item.put("done", known.wholeAt() != null);
            item.put("problem", known.problem());
            items.add(item);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("provider", provider.name());
        answer.put("reach", provider.reach().toString());
        answer.put("lists", items);
        return answer;
    }
}

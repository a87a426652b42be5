package io.mediakeep.event;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells the outputs of one answer apart, also where the provider gives two of them the same name. */
final class DistinctOutputs {
    private DistinctOutputs() {}

    /**
     * The same key with the same address is one output. With another address it is another output, and gets the key with a
     * number, from 2 on; the same answer always gives the same keys.
     */
    static List<MediaItem> distinct(List<MediaItem> named) {
        Set<String> taken = new HashSet<>();
        named.forEach(media -> taken.add(media.key()));
        Map<String, Map<String, MediaItem>> byKey = new HashMap<>();
        List<MediaItem> distinct = new ArrayList<>();
        for (MediaItem media : named) {
            Map<String, MediaItem> addresses = byKey.computeIfAbsent(media.key(), key -> new HashMap<>());
            String address = MediaAddress.of(media.url());
            if (!addresses.containsKey(address)) {
                MediaItem other = addresses.isEmpty() ? media : media.named(free(media.key(), taken));
                addresses.put(address, other);
                distinct.add(other);
            }
        }
        return List.copyOf(distinct);
    }

    private static String free(String key, Set<String> taken) {
        for (int number = 2; ; number++) {
            String numbered = MediaKeys.of(key + "-" + number);
            if (taken.add(numbered)) {
                return numbered;
            }
        }
    }
}

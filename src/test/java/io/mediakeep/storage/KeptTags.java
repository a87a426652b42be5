package io.mediakeep.storage;

import io.mediakeep.storage.FaultyStorage.Fault;
import io.mediakeep.storage.FaultyStorage.Request;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Tags of objects, kept as a storage does that knows them, before a server that knows none. */
public final class KeptTags implements Function<Request, Fault> {
    private static final String NONE = "<Tagging><TagSet></TagSet></Tagging>";

    private final Map<String, String> tags = new ConcurrentHashMap<>();

    @Override
    public Fault apply(Request request) {
        String target = request.line().split(" ")[1];
        if (!target.endsWith("?tagging")) {
            return Fault.NONE;
        }
        if (request.is("PUT", "")) {
            tags.put(target, new String(request.body(), StandardCharsets.UTF_8));
            return Fault.status(200, "", "");
        }
        return Fault.status(200, "", tags.getOrDefault(target, NONE));
    }

    /** What was last written for the object, as XML; null if nothing was. */
    public String of(String bucket, String key) {
        return tags.get("/" + bucket + "/" + key + "?tagging");
    }

    public void put(String bucket, String key, String name, String value) {
        tags.put(
                "/" + bucket + "/" + key + "?tagging",
                "<Tagging><TagSet><Tag><Key>" + name + "</Key><Value>" + value + "</Value></Tag></TagSet></Tagging>");
    }
}

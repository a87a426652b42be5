package io.mediakeep.event;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.codehaus.groovy.runtime.InvokerHelper;

/**
 * What {@code payload.member} and {@code payload.withIndex()} mean in the scripts of routes: they hold for any JSON, so that
 * one bad entry of a payload never takes the good ones with it. Thread-safe.
 */
public final class Payload {
    private Payload() {}

    /**
     * A member of an object; null of null and of a list, a {@link Misfit} of a value that has no members. Anything that is no JSON
     * is as in Groovy.
     */
    public static Object member(Object owner, String name) {
        if (owner == null || owner instanceof Iterable) {
            return null;
        }
        if (owner instanceof Map<?, ?> map) {
            return map.get(name);
        }
        boolean entryOfObject = owner instanceof Map.Entry && !name.equals("key") && !name.equals("value");
        if (owner instanceof CharSequence || isScalar(owner) || entryOfObject) {
            return new Misfit(owner);
        }
        return InvokerHelper.getProperty(owner, name);
    }

    /**
     * The entries of a list; an object or a value that stands alone is one entry, null is none. What is neither an object nor a
     * text becomes a {@link Misfit} of its own.
     */
    public static Object entries(Object value) {
        if (value == null) {
            return List.of();
        }
        if (value instanceof Map || value instanceof CharSequence || isScalar(value)) {
            return List.of(entry(value));
        }
        if (value instanceof List<?> list) {
            List<Object> entries = new ArrayList<>(list.size());
            list.forEach(entry -> entries.add(entry(entry)));
            return entries;
        }
        return value;
    }

    private static Object entry(Object value) {
        return isScalar(value) || value instanceof Iterable ? new Misfit(value) : value;
    }

    private static boolean isScalar(Object value) {
        return value instanceof Number || value instanceof Boolean;
    }
}

package io.mediakeep.event;

import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;

/**
 * Stands in a mapping where a payload holds something that has no members, although the mapping asks for one: a text where an
 * object is expected. It is empty and false in Groovy, and so is every member of it, so that the mapping goes on; where one
 * ends as the URL of a media, that output is told to be unreadable. Immutable.
 */
public final class Misfit extends AbstractMap<String, Object> {
    private final Object value;

    Misfit(Object value) {
        this.value = value;
    }

    @Override
    public Object get(Object member) {
        return this;
    }

    @Override
    public Set<Map.Entry<String, Object>> entrySet() {
        return Set.of();
    }

    /** The value that was found; to tell one place of a payload from another, never to be shown. */
    Object value() {
        return value;
    }

    /** The word that JSON has for the type of a value. */
    static String name(Object value) {
        if (value instanceof Misfit misfit) {
            return name(misfit.value);
        }
        if (value == null) {
            return "null";
        }
        return value instanceof CharSequence
                ? "a text"
                : value instanceof Number
                        ? "a number"
                        : value instanceof Boolean
                                ? "true or false"
                                : value instanceof Map
                                        ? "an object"
                                        : value instanceof Iterable ? "a list" : "no value";
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "";
    }
}

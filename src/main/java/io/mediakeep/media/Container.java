package io.mediakeep.media;

/**
 * One container's grammar, fed byte by byte except for the stretches that it skips. Keeps some hundred bytes at most. Not
 * thread-safe.
 */
abstract class Container {
    /** Bytes that do not matter; may go beyond the end, which then shows. */
    long skip;

    /** Bytes so far; while one is accepted, this one included. */
    long position;

    /** What no such container has, whatever may still come; null while all is well. */
    String broken;

    abstract void accept(int b);

    /** What an end at this place would leave missing, or null. May find {@link #broken} first now. */
    abstract String missing();

    /** Nothing that comes later can change the verdict. */
    final void rest() {
        skip = Long.MAX_VALUE;
    }

    final void breaks(String what) {
        if (broken == null) {
            broken = what;
        }
        rest();
    }

    /** Bytes that mean nothing: there is no end to be missed. */
    static final class Opaque extends Container {
        @Override
        void accept(int b) {
            rest();
        }

        @Override
        String missing() {
            return null;
        }
    }
}

package io.mediakeep.copy;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;

/** Part buffers that are used again, so that copies make no garbage of their size. Thread-safe. */
final class Buffers {
    /** One part and a second one are at most what a copy may hold. */
    private static final int MOST_HELD = 16 << 20;

    private final ArrayBlockingQueue<byte[]> free;
    private final Semaphore spares;
    private final int size;

    /**
     * @param most how many copies there are at a time
     * @param heap bytes that all buffers together may take; what is left after one for each copy is for spare ones
     */
    Buffers(int size, int most, long heap) {
        this.size = size;
        long left = size > MOST_HELD / 2 ? 0 : Math.max(0, heap / size - most);
        int spare = (int) Math.min(most, left);
        this.spares = new Semaphore(spare);
        this.free = new ArrayBlockingQueue<>(most + spare);
    }

    byte[] take() {
        byte[] buffer = free.poll();
        return buffer != null ? buffer : new byte[size];
    }

    /** A second one, to be filled while the first one is sent; null if there are too many already. */
    byte[] takeSpare() {
        return spares.tryAcquire() ? take() : null;
    }

    void giveBack(byte[] buffer) {
        free.offer(buffer);
    }

    void giveBackSpare(byte[] buffer) {
        giveBack(buffer);
        spares.release();
    }
}

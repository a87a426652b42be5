package io.mediakeep.copy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;

/** Part buffers that are used again, so that copies make no garbage of their size. Thread-safe. */
final class Buffers {
    /** Bytes that a copy holds at most. */
    private static final int MOST_HELD = 16 << 20;

    private static final int MOST_SPARES = 2;

    private final ArrayBlockingQueue<byte[]> free;
    private final int size;
    private final int most;
    private int spares;

    /**
     * @param most how many copies there are at a time
     * @param heap bytes that all buffers together may take; what is left after one for each copy is for spare ones
     */
    Buffers(int size, int most, long heap) {
        this.size = size;
        this.most = most;
        long each = Math.min(MOST_SPARES, Math.max(0, MOST_HELD / size - 1));
        this.spares = (int) Math.min(each * most, Math.max(0, heap / size - most));
        this.free = new ArrayBlockingQueue<>(most + spares);
    }

    byte[] take() {
        byte[] buffer = free.poll();
        return buffer != null ? buffer : new byte[size];
    }

    /** Others to be filled while one is sent: two where each copy could still have one, else one, or none. */
    synchronized List<byte[]> takeSpares() {
        int count = spares > most ? MOST_SPARES : Math.min(1, spares);
        spares -= count;
        List<byte[]> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(take());
        }
        return taken;
    }

    void giveBack(byte[] buffer) {
        free.offer(buffer);
    }

    synchronized void giveBackSpares(List<byte[]> buffers) {
        buffers.forEach(this::giveBack);
        spares += buffers.size();
    }
}

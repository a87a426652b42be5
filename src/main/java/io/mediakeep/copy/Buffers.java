package io.mediakeep.copy;

import java.util.concurrent.ArrayBlockingQueue;

/** Part buffers that are used again, so that copies make no garbage of their size. Thread-safe. */
final class Buffers {
    private final ArrayBlockingQueue<byte[]> free;
    private final int size;

    /** @param most how many are kept */
    Buffers(int size, int most) {
        this.size = size;
        this.free = new ArrayBlockingQueue<>(most);
    }

    byte[] take() {
        byte[] buffer = free.poll();
        return buffer != null ? buffer : new byte[size];
    }

    void giveBack(byte[] buffer) {
        free.offer(buffer);
    }
}

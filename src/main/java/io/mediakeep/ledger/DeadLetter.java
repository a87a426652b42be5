package io.mediakeep.ledger;

/**
 * What could not be done, and why.
 *
 * @param key what it is about; the same kind, provider and key is one open letter
 * @param raw payload that could not be read, null where the callback table has it
 */
public record DeadLetter(
        String kind,
        String provider,
        String key,
        String taskId,
        String mediaKey,
        Long callbackId,
        String reason,
        String detail,
        byte[] raw) {

    static DeadLetter of(String kind, String provider, String key) {
        return new DeadLetter(kind, provider, key, null, null, null, null, null, null);
    }

    static DeadLetter media(MediaId id) {
        return of("media", id.provider(), id.taskId() + "/" + id.mediaKey()).about(id.taskId(), id.mediaKey());
    }

    DeadLetter about(String task, String media) {
        return new DeadLetter(kind, provider, key, task, media, callbackId, reason, detail, raw);
    }

    DeadLetter callback(long id) {
        return new DeadLetter(kind, provider, key, taskId, mediaKey, id, reason, detail, raw);
    }

    DeadLetter because(String why, String explanation) {
        return new DeadLetter(kind, provider, key, taskId, mediaKey, callbackId, why, explanation, raw);
    }

    DeadLetter raw(byte[] payload) {
        return new DeadLetter(kind, provider, key, taskId, mediaKey, callbackId, reason, detail, payload);
    }
}

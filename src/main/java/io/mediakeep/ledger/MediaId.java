package io.mediakeep.ledger;

/** Names one output of one task. */
public record MediaId(String provider, String taskId, String mediaKey) {
    @Override
    public String toString() {
        return provider + "/" + taskId + "/" + mediaKey;
    }
}

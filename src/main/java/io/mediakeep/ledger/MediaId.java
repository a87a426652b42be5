package io.mediakeep.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Names one output of one task. */
public record MediaId(String provider, String taskId, String mediaKey) {
    static MediaId of(ResultSet row) throws SQLException {
        return new MediaId(row.getString("provider"), row.getString("task_id"), row.getString("media_key"));
    }

    @Override
    public String toString() {
        return provider + "/" + taskId + "/" + mediaKey;
    }
}

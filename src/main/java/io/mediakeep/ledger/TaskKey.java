package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.event.TaskEvent;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Names a task, as the ledger keeps it. */
record TaskKey(String provider, String taskId) {
    static TaskKey of(TaskEvent event) {
        return new TaskKey(Row.storable(event.provider()), Row.storable(event.taskId()));
    }

    static TaskKey of(ResultSet row) throws SQLException {
        return new TaskKey(row.getString("provider"), row.getString("task_id"));
    }
}

package io.mediakeep.event;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.mediakeep.failure.FinalFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;

/** The JSON Schema of the canonical task event. Thread-safe. */
public final class TaskEventSchema {
    private final ObjectMapper json = new ObjectMapper();
    private final JsonSchema schema;

    public TaskEventSchema() {
        try (InputStream in = TaskEventSchema.class.getResourceAsStream("/io/mediakeep/task-event.schema.json")) {
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(in);
            schema.initializeValidators();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws FinalFailure {@code payload_schema}, naming the field and the rule, never its value */
    public void check(TaskEvent event) {
        Set<ValidationMessage> problems = schema.validate(json.valueToTree(event.toMap()));
        if (!problems.isEmpty()) {
            ValidationMessage first = problems.iterator().next();
            throw new FinalFailure(
                    "payload_schema",
                    "the task event breaks the rule '" + first.getType() + "' at " + first.getInstanceLocation());
        }
    }
}

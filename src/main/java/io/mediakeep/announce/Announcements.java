package io.mediakeep.announce;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.failure.Backoff;
import io.mediakeep.failure.Causes;
import io.mediakeep.failure.Trouble;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.OutboxLedger.Announcement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The outbox on its way to the estate, as CloudEvents 1.0 in structured JSON. Thread-safe. */
public final class Announcements {
    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final OutboxLedger ledger;
    private final ObjectMapper json = new ObjectMapper();
    private final Trouble trouble = new Trouble(LOG, Clock.systemUTC());

    public Announcements(OutboxLedger ledger) {
        this.ledger = ledger;
    }

    /** @param channel {@code announce} or {@code dead-letter} */
    public List<Announcement> claim(String channel) {
        return ledger.claim(channel, 100);
    }

    /** The CloudEvent; its id is the same however often it is sent. */
    public String cloudEvent(Announcement announcement) throws JsonProcessingException {
        ObjectNode event = json.createObjectNode()
                .put("specversion", "1.0")
                .put("id", announcement.at().toEpochMilli() + "-" + announcement.id())
                .put("source", "/mediakeep/" + announcement.provider())
                .put("type", announcement.type());
        String subject = announcement.taskId() + (announcement.mediaKey() == null ? "" : "/" + announcement.mediaKey());
        if (!subject.isEmpty()) {
            event.put("subject", subject);
        }
        event.put("time", announcement.at().toString()).put("datacontenttype", "application/json");
        event.set("data", json.readTree(announcement.data()));
        return event.toString();
    }

    public void sent(Announcement announcement) {
        trouble.well(failing(announcement));
        ledger.sent(announcement.id());
    }

    private static String failing(Announcement announcement) {
        return (announcement.type().equals("dead-letter") ? "mediakeep.dead-letter.to" : "mediakeep.announce.to")
                + " takes no announcements";
    }

    /** It stays in the outbox and is sent again later. */
    public void failed(Announcement announcement, Throwable cause) {
        if (cause instanceof LedgerUnavailableException) {
            return;
        }
        Duration pause = Backoff.after(announcement.attempts(), Duration.ofSeconds(2), LONGEST_PAUSE);
        trouble.failed(
                failing(announcement),
                "announcement " + announcement.id() + " is tried again in " + pause.toSeconds() + " s: "
                        + Causes.text(cause),
                pause);
        ledger.postpone(announcement.id(), pause);
    }
}

// What a team writes by hand: Express in front of better-sqlite3, each callback one durable commit.
// In: PORT, FILE, TOKEN.
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import express from 'express';

const db = new Database(process.env.FILE);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec(`CREATE TABLE IF NOT EXISTS callback (
  provider TEXT NOT NULL, key TEXT NOT NULL, received_at INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (provider, key))`);
const record = db.prepare('INSERT INTO callback VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');

const app = express();
app.disable('x-powered-by');
app.set('etag', false);
app.post('/callbacks/:provider/:token', express.raw({ type: 'application/json', limit: '1mb' }), (req, res) => {
  if (req.params.token !== process.env.TOKEN) {
    return res.status(404).end();
  }
  try {
    JSON.parse(req.body);
  } catch {
    return res.status(400).end();
  }
  const key = createHash('sha256').update(req.body).digest('hex');
  const { changes } = record.run(req.params.provider, key, Date.now(), req.body);
  res.json({ status: changes === 1 ? 'accepted' : 'duplicate' });
});
app.listen(Number(process.env.PORT), '127.0.0.1');

// The server of the original design document, with its routes and its store, and a validator in
// JavaScript instead of its WASM validator. `node server.js PORT` prints the URL.

import express from 'express';

const tenantStores = new Map(); // host -> Map<string, { value, expires_at, type }>

function getOrCreateStore(host) {
    if (!tenantStores.has(host)) {
        tenantStores.set(host, new Map());
    }
    return tenantStores.get(host);
}

const isText = (value) => typeof value === 'string';
const isFlag = (value) => typeof value === 'boolean';
const isWhole = (min, max) => (value) => Number.isInteger(value) && min <= value && value <= max;
const isInt = isWhole(-2147483648, 2147483647);

const types = {
    UserPreferences: { theme: isText, notifications: isFlag, language: isText },
    SessionCache: {
        user_id: isText,
        permissions: (value) => Array.isArray(value) && value.every(isText),
        last_activity: isWhole(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    },
    CursorPosition: { x: isInt, y: isInt, item_id: isText, user_id: isText },
    ViewportState: {
        scroll_y: Number.isFinite,
        selected_item: (value) => value === undefined || value === null || isText(value),
        sidebar_collapsed: isFlag,
    },
};

function validateKVType(type, body) {
    const fields = Object.hasOwn(types, type) ? types[type] : null;
    if (!fields) return { error: `unknown type ${type}` };
    if (typeof body !== 'object' || body === null) return { error: 'the value must be an object' };
    const data = {};
    for (const [name, fits] of Object.entries(fields)) {
        if (!fits(body[name])) return { error: `invalid ${name}` };
        data[name] = body[name];
    }
    return { data };
}

const app = express();
app.use(express.json());

app.post('/kv/set/:type/:key', async (req, res) => {
    const store = getOrCreateStore(req.headers.host);
    const fullKey = `${req.params.type}:${req.params.key}`;

    const validated = validateKVType(req.params.type, req.body);
    if (validated.error) return res.status(400).json(validated);

    store.set(fullKey, {
        value: validated.data,
        expires_at: req.body.ttl ? Date.now() + req.body.ttl : null,
        type: req.params.type,
    });

    res.json({ success: true });
});

app.get('/kv/get/:type/:key', (req, res) => {
    const store = getOrCreateStore(req.headers.host);
    const fullKey = `${req.params.type}:${req.params.key}`;
    const item = store.get(fullKey);

    if (!item || (item.expires_at && item.expires_at < Date.now())) {
        return res.json({ value: null });
    }

    res.json({ value: item.value });
});

const listener = app.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${listener.address().port}`);
});

select 'Größe 🦔';

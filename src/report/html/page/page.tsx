import { render } from 'preact';
import { dataElementId, type PageData } from '../page-data.ts';
import { App } from './app.tsx';
import './page.css';

const data: PageData = JSON.parse(document.getElementById(dataElementId)?.textContent ?? '');
const place = document.getElementById('page');
if (place !== null) render(<App {...data} />, place);

// Paper shows what is folded on the screen.
window.addEventListener('beforeprint', () => {
  for (const folded of document.querySelectorAll('details')) folded.open = true;
});
